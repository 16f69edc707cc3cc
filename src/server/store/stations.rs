//! Stations: the only place that writes to `station` and `slot`.
