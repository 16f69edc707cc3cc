//! Stations: the list and one of them.
