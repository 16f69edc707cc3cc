//! What people are told, and in which words.

pub mod text;

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
    /// To the customer: booked for later.
    BookingScheduled,
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
    /// To the customer: she paid online.
    PaymentReceived,
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
    /// To the customer: a bay is kept for her.
    BayCalled,
    /// To who waits in line: packs are hers if she wants them, for a short time.
    WaitlistOffer,
    /// To an attendant and the operator: somebody works at a station from now on.
    EmployeeAssigned,
    /// To leads, then to the operator: nobody has acknowledged a task.
    TaskEscalated,
}

impl NotificationKind {
    /// Every kind.
    pub const ALL: [Self; 26] = [
        Self::BookingConfirmed,
        Self::BookingScheduled,
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
        Self::PaymentReceived,
        Self::PaymentFailed,
        Self::PaymentRefunded,
        Self::ServiceCompleted,
        Self::ServiceAssigned,
        Self::StationAlert,
        Self::PlanLimitNear,
        Self::PlanLimitReached,
        Self::BayCalled,
        Self::WaitlistOffer,
        Self::EmployeeAssigned,
        Self::TaskEscalated,
    ];

    /// How urgent it is. A cancellation is a warning for the customer and an information for the station;
    /// this is the customer's.
    pub fn level(self) -> Level {
        match self {
            Self::BookingConfirmed
            | Self::BookingScheduled
            | Self::BookingReady
            | Self::BookingRenewed
            | Self::BookingCompleted
            | Self::CashVerified
            | Self::PaymentReceived
            | Self::ServiceCompleted => Level::Success,
            Self::BookingExpiring
            | Self::BookingExpired
            | Self::BookingNoShow
            | Self::BookingDeclined
            | Self::BookingCancelled
            | Self::StationAlert
            | Self::PlanLimitNear
            | Self::PlanLimitReached
            | Self::WaitlistOffer
            | Self::TaskEscalated => Level::Warning,
            Self::BookingRenewFailed | Self::PaymentFailed => Level::Error,
            Self::NewBooking
            | Self::CashWaiting
            | Self::PaymentRefunded
            | Self::ServiceAssigned
            | Self::BayCalled
            | Self::EmployeeAssigned => Level::Info,
        }
    }

    /// The heading people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::BookingConfirmed => "Battery booked",
            Self::BookingScheduled => "Booked for later",
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
            Self::PaymentReceived => "Payment received",
            Self::PaymentFailed => "Payment not received",
            Self::PaymentRefunded => "Money back",
            Self::ServiceCompleted => "Service done",
            Self::ServiceAssigned => "Service assigned",
            Self::StationAlert => "News from your station",
            Self::PlanLimitNear => "Few swaps left",
            Self::PlanLimitReached => "No swaps left",
            Self::BayCalled => "Your bay is free",
            Self::WaitlistOffer => "Your turn",
            Self::EmployeeAssigned => "New at the station",
            Self::TaskEscalated => "Nobody has acknowledged",
        }
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BookingConfirmed => "booking_confirmed",
            Self::BookingScheduled => "booking_scheduled",
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
            Self::PaymentReceived => "payment_received",
            Self::PaymentFailed => "payment_failed",
            Self::PaymentRefunded => "payment_refunded",
            Self::ServiceCompleted => "service_completed",
            Self::ServiceAssigned => "service_assigned",
            Self::StationAlert => "station_alert",
            Self::PlanLimitNear => "plan_limit_near",
            Self::PlanLimitReached => "plan_limit_reached",
            Self::BayCalled => "bay_called",
            Self::WaitlistOffer => "waitlist_offer",
            Self::EmployeeAssigned => "employee_assigned",
            Self::TaskEscalated => "task_escalated",
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
