//! The business of a battery-swap network, pure: what a booking, a pack and a station are, which changes
//! are legal, and what can go wrong for a person.
//!
//! This module knows nothing of the web, of databases or of pages. It names `std`, `serde` and `thiserror`
//! only, and is shared by the server and the browser, so that both speak of the same things in the same
//! words.

pub mod account;
pub mod battery;
pub mod bay;
pub mod bill;
pub mod booking;
mod by_name;
pub mod closing;
pub mod id;
pub mod item;
pub mod money;
pub mod notification;
pub mod payment;
pub mod plan;
pub mod problem;
mod problem_facts;
#[cfg(any(test, not(feature = "ssr")))]
mod problem_read;
pub mod review;
pub mod session;
pub mod staff_message;
pub mod station;
pub mod task;
pub mod task_need;
pub mod time;
pub mod timer;
pub mod vehicle;
pub mod waitlist;

pub use account::{DisplayName, Email, Password, Phone, Role};
pub use battery::{BatteryState, Grade, Percent, SlotNumber};
pub use bay::{BayCommand, BayCondition, BayState};
pub use bill::{Bill, Rates};
pub use booking::{BookingState, Command};
pub use by_name::by_name;
pub use closing::{Choice, Outcome};
pub use id::{
    BatteryId, BatteryModelId, BayId, BookingId, CashCountId, HoldId, ItemId, NotificationId, OperatorId,
    PaymentId, PlanId, ReviewId, ServiceId, SessionId, StaffMessageId, StationId, SubscriptionId, TaskId,
    UserId, VehicleId, VehicleTypeId, WaitlistEntryId,
};
pub use item::{ItemKind, ItemState, ServiceCommand};
pub use money::{Currency, Money};
pub use notification::{Level, NotificationKind};
pub use payment::{PaymentMethod, PaymentState};
pub use plan::{PlanRefusal, SubscriptionState};
pub use problem::{Alternative, FieldError, Problem};
pub use session::{SessionAlarm, SessionEnd, SessionStep};
pub use staff_message::{Loudness, StaffMessageKind};
pub use station::{InventoryAction, Position, ReleaseReason, StationStatus};
pub use task::{AckVia, Priority, TaskCause, TaskCommand, TaskKind, TaskState};
pub use time::{Clock, Timestamp};
pub use timer::{Timer, Timers};
pub use vehicle::Registration;
pub use waitlist::{WaitCommand, WaitState};
