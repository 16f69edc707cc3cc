//! Bookings: what is promised to whom. `booking` and `booking_item` are written here; what a payment changes of
//! them is in `ledger`, what a service does in `services`.

mod change;
mod conduct;
mod item;
mod moving;
mod record;
mod schedule;
mod search;

pub use change::{NewBooking, NewItem, Step, Window};
pub use conduct::strikes;
pub use item::ItemRecord;
pub use moving::{Move, hit_by_closing};
pub use record::{Audience, BookingRecord, find};
pub use schedule::{Shortage, pickup_capacity, pickups_booked, pickups_taken, scheduled_until, spare_packs};
pub use search::{
    Filter, active_for_vehicle, by_code, due, is_code_taken, list, next_due, people_of_station,
};
