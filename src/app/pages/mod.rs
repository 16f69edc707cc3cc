//! The pages, one file each; larger ones have a folder of the same name.

pub mod booking;
pub mod bookings;
pub mod counter;
pub mod inbox;
pub mod not_found;
pub mod operator;
pub mod plan;
pub mod plan_desk;
mod plan_waiting;
pub mod plans;
pub mod profile;
pub mod receipt;
pub mod register;
pub mod sign_in;
pub mod staff;
pub mod station;
pub mod stations;
pub mod vehicles;

pub use booking::Booking;
pub use bookings::Bookings;
pub use counter::StationCounter;
pub use inbox::Inbox;
pub use not_found::NotFound;
pub use operator::{Operator, OperatorBookings, OperatorPayments, OperatorStaff};
pub use plan::MyPlan;
pub use plan_desk::PlanDesk;
pub use plans::Plans;
pub use profile::Profile;
pub use receipt::Receipt;
pub use register::Register;
pub use sign_in::SignIn;
pub use staff::Staff;
pub use station::Station;
pub use stations::Stations;
pub use vehicles::Vehicles;
