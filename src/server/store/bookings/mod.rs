//! Bookings: the only place that writes to `booking` and `booking_item`.

mod change;
mod record;
mod search;

pub use change::{NewBooking, NewItem, Step, Window};
pub use record::{Audience, BookingRecord, ItemRecord, find};
pub use search::{
    Filter, active_for_vehicle, by_code, due, is_code_taken, list, next_due, people_of_station,
};
