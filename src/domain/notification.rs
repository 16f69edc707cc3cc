//! What people are told, and in which words.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a message looks and how urgent it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Good to know.
    Info,
    /// Something worked.
    Success,
    /// Needs attention.
    Warning,
    /// Something failed.
    Error,
}

impl Level {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl FromStr for Level {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let levels = [Self::Info, Self::Success, Self::Warning, Self::Error];
        let level = levels.into_iter().find(|level| level.as_str() == text);
        level.ok_or_else(|| format!("{text} is no level"))
    }
}

/// The event a message in the inbox tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// To the customer: packs are held.
    BookingConfirmed,
    /// To the customer: packs are prepared.
    BookingReady,
    /// To the customer: the deadline is near.
    BookingExpiring,
    /// To the customer: the deadline passed.
    BookingExpired,
    /// To the customer: the grace passed.
    BookingNoShow,
    /// To the customer: the deadline moved.
    BookingRenewed,
    /// To the customer: the deadline could not be moved.
    BookingRenewFailed,
    /// To the customer: the station said no.
    BookingDeclined,
    /// To the other side: called off.
    BookingCancelled,
    /// To the customer: packs were handed over.
    BookingCompleted,
    /// To the station's staff and operator.
    NewBooking,
    /// To the station's staff and operator: somebody pays cash and waits.
    CashWaiting,
    /// To the customer: her cash was counted.
    CashVerified,
    /// To the customer: there was too little, or none.
    PaymentFailed,
    /// To the customer: money went back.
    PaymentRefunded,
    /// To the customer: a service is done.
    ServiceCompleted,
    /// To whoever is to do a service, and the operator.
    ServiceAssigned,
    /// To holders of a booking at a station: it closes, or a held pack failed.
    StationAlert,
    /// To the customer: four fifths of the month's swaps are used.
    PlanLimitNear,
    /// To the customer: all of the month's swaps are used.
    PlanLimitReached,
    /// To an attendant and the operator: somebody works at a station from now on.
    EmployeeAssigned,
}

impl NotificationKind {
    /// Every kind.
    pub const ALL: [Self; 21] = [
        Self::BookingConfirmed,
        Self::BookingReady,
        Self::BookingExpiring,
        Self::BookingExpired,
        Self::BookingNoShow,
        Self::BookingRenewed,
        Self::BookingRenewFailed,
        Self::BookingDeclined,
        Self::BookingCancelled,
        Self::BookingCompleted,
        Self::NewBooking,
        Self::CashWaiting,
        Self::CashVerified,
        Self::PaymentFailed,
        Self::PaymentRefunded,
        Self::ServiceCompleted,
        Self::ServiceAssigned,
        Self::StationAlert,
        Self::PlanLimitNear,
        Self::PlanLimitReached,
        Self::EmployeeAssigned,
    ];

    /// How urgent it is. A cancellation is a warning for the customer and an information for the station;
    /// this is the customer's.
    pub fn level(self) -> Level {
        match self {
            Self::BookingConfirmed
            | Self::BookingReady
            | Self::BookingRenewed
            | Self::BookingCompleted
            | Self::CashVerified
            | Self::ServiceCompleted => Level::Success,
            Self::BookingExpiring
            | Self::BookingExpired
            | Self::BookingNoShow
            | Self::BookingDeclined
            | Self::BookingCancelled
            | Self::StationAlert
            | Self::PlanLimitNear
            | Self::PlanLimitReached => Level::Warning,
            Self::BookingRenewFailed | Self::PaymentFailed => Level::Error,
            Self::NewBooking
            | Self::CashWaiting
            | Self::PaymentRefunded
            | Self::ServiceAssigned
            | Self::EmployeeAssigned => Level::Info,
        }
    }

    /// The heading people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::BookingConfirmed => "Battery booked",
            Self::BookingReady => "Battery ready",
            Self::BookingExpiring => "Booking expires soon",
            Self::BookingExpired => "Booking expired",
            Self::BookingNoShow => "Not collected",
            Self::BookingRenewed => "Booking renewed",
            Self::BookingRenewFailed => "Renewal failed",
            Self::BookingDeclined => "Booking declined",
            Self::BookingCancelled => "Booking cancelled",
            Self::BookingCompleted => "Battery collected",
            Self::NewBooking => "New booking",
            Self::CashWaiting => "Cash to count",
            Self::CashVerified => "Cash received",
            Self::PaymentFailed => "Payment not received",
            Self::PaymentRefunded => "Money back",
            Self::ServiceCompleted => "Service done",
            Self::ServiceAssigned => "Service assigned",
            Self::StationAlert => "News from your station",
            Self::PlanLimitNear => "Few swaps left",
            Self::PlanLimitReached => "No swaps left",
            Self::EmployeeAssigned => "New at the station",
        }
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BookingConfirmed => "booking_confirmed",
            Self::BookingReady => "booking_ready",
            Self::BookingExpiring => "booking_expiring",
            Self::BookingExpired => "booking_expired",
            Self::BookingNoShow => "booking_no_show",
            Self::BookingRenewed => "booking_renewed",
            Self::BookingRenewFailed => "booking_renew_failed",
            Self::BookingDeclined => "booking_declined",
            Self::BookingCancelled => "booking_cancelled",
            Self::BookingCompleted => "booking_completed",
            Self::NewBooking => "new_booking",
            Self::CashWaiting => "cash_waiting",
            Self::CashVerified => "cash_verified",
            Self::PaymentFailed => "payment_failed",
            Self::PaymentRefunded => "payment_refunded",
            Self::ServiceCompleted => "service_completed",
            Self::ServiceAssigned => "service_assigned",
            Self::StationAlert => "station_alert",
            Self::PlanLimitNear => "plan_limit_near",
            Self::PlanLimitReached => "plan_limit_reached",
            Self::EmployeeAssigned => "employee_assigned",
        }
    }
}

impl FromStr for NotificationKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let kind = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or_else(|| format!("{text} is no kind of notification"))
    }
}

/// The sentences of the messages, English template (wire contract, notification table).
pub mod text {
    /// To the customer, when packs are held.
    pub fn booking_confirmed(station: &str) -> String {
        format!("Battery booked successfully at {station}")
    }

    /// To the customer, when packs are prepared.
    pub fn booking_ready(station: &str) -> String {
        format!("Your battery is ready for collection at {station}")
    }

    /// To the customer, before the deadline.
    pub fn booking_expiring(minutes: u64) -> String {
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        format!("Your booking will expire in {minutes} {unit}!")
    }

    /// To the customer, at the deadline.
    pub const BOOKING_EXPIRED: &str = "Your booking has expired. Battery released.";

    /// To the customer, at the deadline, when hers had failed and no other came.
    pub const BOOKING_EXPIRED_WITHOUT: &str =
        "Your booking has expired: no battery came in time. Nothing is held against you.";

    /// To the customer, after the grace; `deadline` is a clock time in the station's zone.
    pub fn booking_no_show(deadline: &str) -> String {
        format!("Not collected by {deadline}. Battery released.")
    }

    /// To the customer, after a renewal.
    pub fn booking_renewed(deadline: &str) -> String {
        format!("Booking renewed. New deadline {deadline}.")
    }

    /// To the customer, after a refused renewal.
    pub fn booking_renew_failed(why: &str, deadline: &str) -> String {
        format!("Renewal failed: {why}. Your deadline is still {deadline}.")
    }

    /// To the customer, when the station refused her request.
    pub fn booking_declined(reason: &str) -> String {
        format!("Your booking request was declined: {reason}")
    }

    /// To the customer, when a swap was broken off.
    pub fn swap_broken_off(station: &str, reason: &str) -> String {
        format!("Your swap at {station} was broken off: {reason}")
    }

    /// To the customer, when she came late and is served after all.
    pub fn came_late(station: &str) -> String {
        format!("You came late and {station} serves you after all. Nothing is held against you.")
    }

    /// To the station and its operator.
    pub fn new_booking(station: &str) -> String {
        format!("New booking received for {station}.")
    }

    /// To the customer, when the station called it off.
    pub fn cancelled_by_station(station: &str, reason: Option<&str>) -> String {
        match reason {
            Some(reason) => format!("{station} cancelled your booking: {reason}"),
            None => format!("{station} cancelled your booking."),
        }
    }

    /// To the station, when somebody pays cash.
    pub fn cash_waiting(amount: &str, station: &str) -> String {
        format!("{amount} in cash to count at {station}.")
    }

    /// To the customer, when her cash was counted.
    pub const CASH_VERIFIED: &str = "Your cash payment has been verified. Booking activated!";

    /// To the customer, when there was too little or none.
    pub fn payment_failed(reason: &str) -> String {
        format!("Your payment was not accepted: {reason}")
    }

    /// To the customer, when money went back.
    pub fn payment_refunded(amount: &str) -> String {
        format!("{amount} went back to you.")
    }

    /// To the customer, when a service is done.
    pub fn service_completed(service: &str) -> String {
        format!("Your {} has been completed!", service.to_lowercase())
    }

    /// To the customer, when the station does not do a service after all.
    pub fn service_declined(service: &str, reason: &str) -> String {
        format!("{service} cannot be done: {reason}")
    }

    /// To whoever is to do a service, and to the operator.
    pub fn service_assigned(service: &str, person: &str, station: &str) -> String {
        format!("{service} at {station} has been assigned to {person}.")
    }

    /// To the station, when the customer called it off.
    pub fn cancelled_by_customer(station: &str) -> String {
        format!("A customer cancelled a booking at {station}.")
    }

    /// To the other side, when a cancellation was taken back.
    pub fn booking_stands(station: &str) -> String {
        format!("The cancellation was taken back. The booking at {station} stands.")
    }

    /// To the holder of a booking, when its station stops serving; `deadline` is a clock time there.
    pub fn station_alert(station: &str, sentence: &str, deadline: &str) -> String {
        format!("{station}: {sentence} Your battery stays held until {deadline}.")
    }

    /// To the holder of a booking, when another pack takes the place of hers.
    pub fn battery_replaced(slot: &str) -> String {
        format!("Your battery was replaced by an equal one, slot {slot}.")
    }

    /// To the holder of a booking, when her pack failed and no other can take its place; `elsewhere` are the
    /// names of stations nearby that have enough.
    pub fn battery_lost(station: &str, elsewhere: &[&str]) -> String {
        let instead = match elsewhere {
            [] => String::new(),
            names => format!(" Charged now: {}.", names.join(", ")),
        };
        format!(
            "Your battery at {station} failed and no equal one is charged. The next one is yours. Wait, or cancel free of charge.{instead}"
        )
    }

    /// To the station, when a booking has no pack any more; `slot` is where the one that failed stands.
    pub fn booking_without_battery(booking: i64, station: &str, slot: &str) -> String {
        format!(
            "Booking {booking} at {station} has no battery: slot {slot} failed and no equal one is charged."
        )
    }

    /// To the holder of a booking without a pack, when there is one again.
    pub fn battery_found(station: &str, slot: &str) -> String {
        format!("{station} holds a battery for you again: slot {slot}.")
    }

    /// To the customer, when four fifths of the month's swaps are used.
    pub fn plan_limit_near(used: i64, limit: i64, plan: &str) -> String {
        format!("You have used {used} of the {limit} swaps of your {plan} plan this month.")
    }

    /// To the customer, when all of them are; `renews` is the day on which the next month begins, if one does.
    pub fn plan_limit_reached(limit: i64, plan: &str, renews: Option<&str>) -> String {
        let more = renews.map_or_else(String::new, |day| format!(" More from {day}."));
        format!("You have used all {limit} swaps of your {plan} plan this month.{more}")
    }

    /// To the attendant and the operator, when somebody is assigned to a station.
    pub fn employee_assigned(name: &str, station: &str) -> String {
        format!("New employee '{name}' has been assigned to {station}.")
    }

    /// To the customer, when everything was handed over.
    pub fn booking_completed(station: &str) -> String {
        format!("You collected your battery at {station}. Ride safely.")
    }
}
