//! What every problem is called and answered with: one table.

use super::Problem;

impl Problem {
    /// The stable name of this problem.
    pub fn code(&self) -> &'static str {
        self.facts().0
    }

    /// The HTTP status that fits (RFC 9110).
    pub fn status(&self) -> u16 {
        self.facts().1
    }

    /// A short name for people.
    pub fn title(&self) -> &'static str {
        self.facts().2
    }

    fn facts(&self) -> (&'static str, u16, &'static str) {
        match self {
            Self::InvalidJson { .. } => ("invalid_json", 400, "Not JSON"),
            Self::Invalid { .. } => ("invalid", 422, "Some fields need another look"),
            Self::UnsupportedMediaType => ("unsupported_media_type", 415, "Unsupported media type"),
            Self::TooLarge { .. } => ("too_large", 413, "Too large"),
            Self::MethodNotAllowed => ("method_not_allowed", 405, "Method not allowed"),
            Self::UpgradeRequired => ("upgrade_required", 426, "WebSocket only"),
            Self::NotFound { .. } => ("not_found", 404, "Not found"),
            Self::Unauthenticated => ("unauthenticated", 401, "Not signed in"),
            Self::InvalidCredentials => ("invalid_credentials", 401, "Wrong e-mail or password"),
            Self::AccountDeactivated => ("account_deactivated", 403, "Account deactivated"),
            Self::Forbidden { .. } => ("forbidden", 403, "Not allowed"),
            Self::ForeignOrigin => ("foreign_origin", 403, "Foreign origin"),
            Self::TooManyRequests { .. } => ("too_many_requests", 429, "Too many attempts"),
            Self::EmailTaken => ("email_taken", 409, "E-mail address taken"),
            Self::BatteryUnavailable { .. } => ("battery_unavailable", 409, "Battery unavailable"),
            Self::StationClosed { .. } => ("station_closed", 409, "Station closed"),
            Self::DuplicateBooking { .. } => ("duplicate_booking", 409, "Duplicate booking"),
            Self::IllegalTransition { .. } => ("illegal_transition", 409, "Not possible in this state"),
            Self::ChoiceMissing { .. } => ("choice_missing", 409, "More bookings than listed"),
            Self::AlreadyCollected => ("already_collected", 409, "Already collected"),
            Self::RenewalRefused { .. } => ("renewal_refused", 409, "Not renewed"),
            Self::ServiceBusy { .. } => ("service_busy", 409, "Not possible for this service"),
            Self::BayBusy { .. } => ("bay_busy", 409, "Not possible for this bay"),
            Self::SessionBusy { .. } => ("session_busy", 409, "Not possible at this step"),
            Self::TaskBusy { .. } => ("task_busy", 409, "Not possible for this task"),
            Self::ServiceFull { .. } => ("service_full", 409, "Fully booked"),
            Self::PickupFull { .. } => ("pickup_full", 409, "Fully booked"),
            Self::PaymentBusy { .. } => ("payment_busy", 409, "Not possible for this payment"),
            Self::PrepaymentRequired { .. } => ("prepayment_required", 403, "To be paid first"),
            Self::PaymentDue { .. } => ("payment_due", 409, "Not paid yet"),
            Self::TooLate => ("too_late", 409, "Too late"),
            Self::WrongCode { .. } => ("wrong_code", 403, "Wrong code"),
            Self::CodeLocked { .. } => ("code_locked", 429, "Too many wrong codes"),
            Self::SlotTaken { .. } => ("slot_taken", 409, "Slot taken"),
            Self::NoFreeSlot => ("no_free_slot", 409, "No free slot"),
            Self::SerialTaken => ("serial_taken", 409, "Serial number taken"),
            Self::VehicleTaken => ("vehicle_taken", 409, "Vehicle known already"),
            Self::VehicleTypeTaken => ("vehicle_type_taken", 409, "Vehicle type known already"),
            Self::AlreadyReviewed => ("already_reviewed", 409, "Already reviewed"),
            Self::BatteryBusy { .. } => ("battery_busy", 409, "Battery in use"),
            Self::SubscriptionLimitExceeded { .. } => {
                ("subscription_limit_exceeded", 403, "Not covered by a plan")
            }
            Self::AlreadySubscribed { .. } => ("already_subscribed", 409, "Subscribed already"),
            Self::IdempotencyMismatch => ("idempotency_mismatch", 422, "Idempotency key reused"),
            Self::Unavailable => ("unavailable", 503, "Busy"),
            Self::Internal => ("internal", 500, "Our mistake"),
        }
    }
}
