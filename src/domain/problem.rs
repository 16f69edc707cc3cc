//! Everything that can go wrong for a person, as a closed list: one variant, one stable code, one sentence
//! that says what happened and what to do. The HTTP layer writes it as RFC 9457, the pages show its
//! sentence; neither invents a problem of its own.

use serde::{Deserialize, Serialize};

use super::{BookingId, BookingState, Command, PaymentId, PlanRefusal, StationId, StationStatus, Timestamp};

/// Another station that has what was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Alternative {
    /// The station.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub id: StationId,
    /// Its name.
    pub name: String,
    /// How far it is from the station that was asked, in metres.
    pub distance_m: i64,
    /// How many fitting packs it can hand out now.
    pub available: i64,
}

/// One field of a request that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Path of the field, like `items[0].quantity`.
    pub field: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

impl FieldError {
    /// One complaint about one field.
    pub fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            detail: detail.into(),
        }
    }
}

/// What went wrong, in the words of the person it went wrong for. The browser reads it in `problem_read`.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize)]
#[cfg_attr(feature = "ssr", derive(Deserialize))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Problem {
    /// The body is not JSON.
    #[error("The request body is not valid JSON: {detail}")]
    InvalidJson {
        /// Where it stops being JSON.
        detail: String,
    },
    /// Some fields make no sense.
    #[error("{}", first_complaint(errors))]
    Invalid {
        /// Each of them.
        errors: Vec<FieldError>,
    },
    /// A JSON body came under another content type.
    #[error("Send the body as application/json.")]
    UnsupportedMediaType,
    /// The body is larger than any sensible request.
    #[error("The request is larger than {limit_bytes} bytes.")]
    TooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// The path exists, the method does not.
    #[error("This address does not answer that method.")]
    MethodNotAllowed,
    /// A plain request came to the address of a socket.
    #[error("This address is a WebSocket. Ask for an upgrade of the connection.")]
    UpgradeRequired,
    /// There is no such thing, or none that this person may know of.
    #[error("There is no such {what}.")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// Nobody is signed in.
    #[error("Sign in first.")]
    Unauthenticated,
    /// E-mail and password do not belong together.
    #[error("E-mail or password is wrong.")]
    InvalidCredentials,
    /// The account was switched off.
    #[error("This account is deactivated. Ask your operator.")]
    AccountDeactivated,
    /// Signed in, but not allowed.
    #[error("{detail}")]
    Forbidden {
        /// Who may.
        detail: String,
    },
    /// The request came from a foreign page.
    #[error("This request comes from another site and was not carried out.")]
    ForeignOrigin,
    /// Too many requests.
    #[error("Too many attempts. Try again in {retry_after_s} seconds.")]
    TooManyRequests {
        /// When to come back.
        retry_after_s: u64,
    },
    /// Another account has this address.
    #[error("There is already an account with this e-mail address. Sign in instead.")]
    EmailTaken,
    /// Somebody else was faster, or the packs never sufficed.
    #[error("Not enough charged batteries are free at {station_name} right now.")]
    BatteryUnavailable {
        /// The station that was asked.
        station_id: StationId,
        /// Its name.
        station_name: String,
        /// How many it has left of what was asked for.
        available: i64,
        /// When it expects the next one.
        next_available_at: Option<Timestamp>,
        /// Stations nearby that have enough.
        alternatives: Vec<Alternative>,
    },
    /// The station takes no bookings.
    #[error("{station_name} takes no bookings right now. {}", status.sentence())]
    StationClosed {
        /// The station that was asked.
        station_id: StationId,
        /// Its name.
        station_name: String,
        /// Why.
        status: StationStatus,
        /// Stations nearby that have enough.
        alternatives: Vec<Alternative>,
    },
    /// The vehicle already has an active booking.
    #[error("There is already an active booking for this vehicle.")]
    DuplicateBooking {
        /// Which one, where it is the asker's own.
        booking_id: Option<BookingId>,
    },
    /// The booking is not in a state for that.
    #[error("The booking is {}; that is not possible any more.", state.label().to_ascii_lowercase())]
    IllegalTransition {
        /// Where it is.
        state: BookingState,
        /// What would be possible.
        allowed: Vec<Command>,
    },
    /// Bookings came in since somebody looked, and nobody has said what is to become of them.
    #[error("{}", unlisted(booking_ids))]
    ChoiceMissing {
        /// Which.
        booking_ids: Vec<BookingId>,
    },
    /// The packs were handed over before.
    #[error("This booking was already collected.")]
    AlreadyCollected,
    /// The deadline could not be moved.
    #[error("Renewal failed: {why}. Your deadline is still {deadline}.")]
    RenewalRefused {
        /// Why, as the end of a sentence.
        why: String,
        /// The deadline as a clock time at the station.
        deadline: String,
    },
    /// The service, or its booking, is in no state for that.
    #[error("{detail}")]
    ServiceBusy {
        /// Why, and what to do.
        detail: String,
    },
    /// The bay is in no state for that.
    #[error("{detail}")]
    BayBusy {
        /// Why, and what to do.
        detail: String,
    },
    /// The swap is at no step for that.
    #[error("{detail}")]
    SessionBusy {
        /// Why, and what to do.
        detail: String,
    },
    /// The task is somebody else's, or in no state for that.
    #[error("{detail}")]
    TaskBusy {
        /// Why, and what to do.
        detail: String,
        /// Who has it, where somebody does.
        by: Option<String>,
    },
    /// The half hour is full.
    #[error("That service is fully booked for this half hour ({booked_count} of {capacity}).")]
    ServiceFull {
        /// The beginning of the half hour.
        slot_time: Timestamp,
        /// How many places are taken.
        booked_count: i64,
        /// How many there are.
        capacity: i64,
    },
    /// The half hour has no room for so many packs.
    #[error(
        "That half hour is fully booked ({booked_count} of {capacity} places are taken). Choose another one."
    )]
    PickupFull {
        /// The beginning of the half hour.
        slot_time: Timestamp,
        /// How many places are taken.
        booked_count: i64,
        /// How many there are.
        capacity: i64,
    },
    /// The payment is in no state for that.
    #[error("{detail}")]
    PaymentBusy {
        /// Why, and what to do.
        detail: String,
    },
    /// This booking is to be paid before it is confirmed.
    #[error("{detail}")]
    PrepaymentRequired {
        /// Why, and how to pay.
        detail: String,
    },
    /// Nothing is handed over before it is paid.
    #[error("The payment is not settled yet.")]
    PaymentDue {
        /// Which payment.
        payment_id: PaymentId,
        /// What is due, minor units.
        amount: i64,
    },
    /// The time to do it has passed.
    #[error("The time for that has passed.")]
    TooLate,
    /// The code or PIN is not that of the booking.
    #[error("That code does not belong to this booking. {tries_left} tries left.")]
    WrongCode {
        /// Before the lock.
        tries_left: i64,
    },
    /// Too many wrong codes.
    #[error("Too many wrong codes. Try again later.")]
    CodeLocked {
        /// When the next try is possible.
        until: Timestamp,
    },
    /// Another pack stands there.
    #[error("Slot {slot_label} is taken.")]
    SlotTaken {
        /// Which slot.
        slot_label: String,
    },
    /// All slots are taken.
    #[error("Every slot of the station is taken. Take a battery out first.")]
    NoFreeSlot,
    /// Another pack has this serial.
    #[error("There is already a battery with this serial number.")]
    SerialTaken,
    /// The same vehicle is in her list already.
    #[error("You have a vehicle with this registration already.")]
    VehicleTaken,
    /// The type is in the catalogue already.
    #[error("There is already a vehicle type of this maker and name.")]
    VehicleTypeTaken,
    /// The booking has its review already.
    #[error("You have reviewed this booking already. Change that review instead.")]
    AlreadyReviewed,
    /// The pack is in no state for that.
    #[error("{detail}")]
    BatteryBusy {
        /// Why, and what to do.
        detail: String,
    },
    /// The customer's plan does not pay for the booking, and nothing else does.
    #[error("{detail}")]
    SubscriptionLimitExceeded {
        /// Why.
        reason: PlanRefusal,
        /// Swaps a month; 0 where there is no plan that would count.
        limit: i64,
        /// How many of them are left.
        left: i64,
        /// For a full month, when the next one begins; none when the plan ends with it.
        renews_at: Option<Timestamp>,
        /// Why in words, and what to do; made by the server, so that the browser need not carry them.
        detail: String,
    },
    /// There is a plan with this operator already.
    #[error("You have the {plan_name} plan already. Change it instead of buying another.")]
    AlreadySubscribed {
        /// What it is called.
        plan_name: String,
        /// Until when it lasts.
        until: Timestamp,
    },
    /// The same idempotency key came with another request.
    #[error("This Idempotency-Key was used for another request. Use a new key.")]
    IdempotencyMismatch,
    /// Something we need is not there for the moment.
    #[error("Voltbay is busy for the moment. Try again.")]
    Unavailable,
    /// Our mistake.
    #[error("Something went wrong on our side. It was logged; try again.")]
    Internal,
}

fn first_complaint(errors: &[FieldError]) -> String {
    match errors {
        [] => "The request makes no sense.".to_owned(),
        [only] => only.detail.clone(),
        [first, rest @ ..] => format!("{} (and {} more)", first.detail, rest.len()),
    }
}

fn unlisted(bookings: &[BookingId]) -> String {
    let ids: Vec<String> = bookings.iter().map(ToString::to_string).collect();
    let (noun, verb) = if ids.len() == 1 {
        ("Booking", "is")
    } else {
        ("Bookings", "are")
    };
    format!(
        "{noun} {} {verb} new here. Choose for the whole list again; nothing was changed.",
        ids.join(", ")
    )
}

impl Problem {
    /// One complaint about one field.
    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid {
            errors: vec![FieldError::new(field, detail)],
        }
    }

    /// There is no such `what`.
    pub fn not_found(what: &str) -> Self {
        Self::NotFound {
            what: what.to_owned(),
        }
    }

    /// Signed in, but not allowed; `detail` says who may.
    pub fn forbidden(detail: &str) -> Self {
        Self::Forbidden {
            detail: detail.to_owned(),
        }
    }

    /// An illegal command in this state.
    pub fn illegal(state: BookingState) -> Self {
        Self::IllegalTransition {
            state,
            allowed: state.allowed(),
        }
    }
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
