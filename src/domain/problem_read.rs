//! How the browser reads a [`Problem`]: all fields that any of them has, then the one that the code names.
//! serde's own way, one reader a variant, is four times the code, and every visitor would load it.

use serde::Deserialize;

use super::{
    Alternative, BookingId, BookingState, Command, FieldError, PaymentId, PlanRefusal, Problem, StationId,
    StationStatus, Timestamp,
};

#[derive(Deserialize)]
struct Members {
    code: String,
    detail: Option<String>,
    errors: Option<Vec<FieldError>>,
    limit_bytes: Option<u64>,
    what: Option<String>,
    retry_after_s: Option<u64>,
    station_id: Option<StationId>,
    station_name: Option<String>,
    available: Option<i64>,
    next_available_at: Option<Timestamp>,
    alternatives: Option<Vec<Alternative>>,
    status: Option<StationStatus>,
    booking_id: Option<BookingId>,
    booking_ids: Option<Vec<BookingId>>,
    state: Option<BookingState>,
    allowed: Option<Vec<Command>>,
    tries_left: Option<i64>,
    until: Option<Timestamp>,
    slot_label: Option<String>,
    why: Option<String>,
    deadline: Option<String>,
    slot_time: Option<Timestamp>,
    booked_count: Option<i64>,
    capacity: Option<i64>,
    payment_id: Option<PaymentId>,
    amount: Option<i64>,
    reason: Option<PlanRefusal>,
    limit: Option<i64>,
    left: Option<i64>,
    renews_at: Option<Timestamp>,
    plan_name: Option<String>,
    by: Option<String>,
}

#[cfg(not(feature = "ssr"))]
impl<'de> Deserialize<'de> for Problem {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let problem = super::by_name::<Members, D>(deserializer)?.problem();
        problem.ok_or_else(|| serde::de::Error::custom("no problem that this build knows"))
    }
}

impl Members {
    /// None for an unknown code, or where a member is missing.
    fn problem(self) -> Option<Problem> {
        Some(match self.code.as_str() {
            "invalid_json" => Problem::InvalidJson { detail: self.detail? },
            "invalid" => Problem::Invalid { errors: self.errors? },
            "unsupported_media_type" => Problem::UnsupportedMediaType,
            "too_large" => Problem::TooLarge {
                limit_bytes: self.limit_bytes?,
            },
            "method_not_allowed" => Problem::MethodNotAllowed,
            "upgrade_required" => Problem::UpgradeRequired,
            "not_found" => Problem::NotFound { what: self.what? },
            "unauthenticated" => Problem::Unauthenticated,
            "invalid_credentials" => Problem::InvalidCredentials,
            "account_deactivated" => Problem::AccountDeactivated,
            "forbidden" => Problem::Forbidden { detail: self.detail? },
            "foreign_origin" => Problem::ForeignOrigin,
            "too_many_requests" => Problem::TooManyRequests {
                retry_after_s: self.retry_after_s?,
            },
            "email_taken" => Problem::EmailTaken,
            "battery_unavailable" => Problem::BatteryUnavailable {
                station_id: self.station_id?,
                station_name: self.station_name?,
                available: self.available?,
                next_available_at: self.next_available_at,
                alternatives: self.alternatives?,
            },
            "station_closed" => Problem::StationClosed {
                station_id: self.station_id?,
                station_name: self.station_name?,
                status: self.status?,
                alternatives: self.alternatives?,
            },
            "duplicate_booking" => Problem::DuplicateBooking {
                booking_id: self.booking_id,
            },
            "illegal_transition" => Problem::IllegalTransition {
                state: self.state?,
                allowed: self.allowed?,
            },
            "choice_missing" => Problem::ChoiceMissing {
                booking_ids: self.booking_ids?,
            },
            "already_collected" => Problem::AlreadyCollected,
            "renewal_refused" => Problem::RenewalRefused {
                why: self.why?,
                deadline: self.deadline?,
            },
            "service_busy" => Problem::ServiceBusy { detail: self.detail? },
            "bay_busy" => Problem::BayBusy { detail: self.detail? },
            "session_busy" => Problem::SessionBusy { detail: self.detail? },
            "task_busy" => Problem::TaskBusy {
                detail: self.detail?,
                by: self.by,
            },
            "service_full" => Problem::ServiceFull {
                slot_time: self.slot_time?,
                booked_count: self.booked_count?,
                capacity: self.capacity?,
            },
            "pickup_full" => Problem::PickupFull {
                slot_time: self.slot_time?,
                booked_count: self.booked_count?,
                capacity: self.capacity?,
            },
            "payment_busy" => Problem::PaymentBusy { detail: self.detail? },
            "prepayment_required" => Problem::PrepaymentRequired { detail: self.detail? },
            "payment_due" => Problem::PaymentDue {
                payment_id: self.payment_id?,
                amount: self.amount?,
            },
            "too_late" => Problem::TooLate,
            "wrong_code" => Problem::WrongCode {
                tries_left: self.tries_left?,
            },
            "code_locked" => Problem::CodeLocked { until: self.until? },
            "slot_taken" => Problem::SlotTaken {
                slot_label: self.slot_label?,
            },
            "no_free_slot" => Problem::NoFreeSlot,
            "serial_taken" => Problem::SerialTaken,
            "vehicle_taken" => Problem::VehicleTaken,
            "vehicle_type_taken" => Problem::VehicleTypeTaken,
            "already_reviewed" => Problem::AlreadyReviewed,
            "battery_busy" => Problem::BatteryBusy { detail: self.detail? },
            "subscription_limit_exceeded" => Problem::SubscriptionLimitExceeded {
                reason: self.reason?,
                limit: self.limit?,
                left: self.left?,
                renews_at: self.renews_at,
                detail: self.detail?,
            },
            "already_subscribed" => Problem::AlreadySubscribed {
                plan_name: self.plan_name?,
                until: self.until?,
            },
            "idempotency_mismatch" => Problem::IdempotencyMismatch,
            "unavailable" => Problem::Unavailable,
            "internal" => Problem::Internal,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_browser_reads_every_problem_as_the_server_does() {
        let unknown = serde_json::from_str::<Problem>(r#"{"code":"?"}"#)
            .unwrap_err()
            .to_string();
        let codes: Vec<&str> = unknown
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|word| *word != "?")
            .collect();
        assert!(codes.len() > 20, "{unknown}");
        for code in codes {
            let json = json!({
                "code": code, "detail": "Why", "errors": [{"field": "a", "detail": "b"}], "limit_bytes": 1,
                "what": "station", "retry_after_s": 2, "station_id": 3, "station_name": "Harbour",
                "available": 4, "next_available_at": "2026-11-21T10:30:00Z", "status": "paused",
                "alternatives": [{"id": 1, "name": "Hill", "distance_m": 5, "available": 6}], "booking_id": 7,
                "booking_ids": [7, 8],
                "state": "ready", "allowed": ["collect"], "tries_left": 8, "until": "2026-11-21T10:30:00Z",
                "slot_label": "A1", "why": "it is late", "deadline": "14:35",
                "slot_time": "2026-11-21T10:30:00Z", "booked_count": 2, "capacity": 2, "payment_id": 9, "amount": 9500,
                "reason": "monthly_limit", "limit": 10, "left": 0,
                "renews_at": "2026-12-21T10:30:00Z", "plan_name": "Basic", "by": "Asha",
            });
            let members: Members = serde_json::from_value(json.clone()).unwrap();
            let problem: Problem = serde_json::from_value(json).unwrap();
            assert_eq!(members.problem(), Some(problem));
        }
    }
}
