//! The proof at the counter: code or PIN, with a lock against guessing.

use crate::domain::booking::normal_code;
use crate::domain::timer::MAX_WRONG_CODES;
use crate::domain::{Problem, Timer, Timers};
use crate::protocol::rest::CollectIn;
use crate::server::store::bookings::BookingRecord;
use crate::server::store::{Failure, Tx};

/// What the customer showed or said.
#[derive(Clone, Debug)]
pub enum Proof {
    /// The code, typed or scanned.
    Code(String),
    /// The PIN.
    Pin(String),
}

impl Proof {
    /// One of the two.
    pub fn parse(body: CollectIn) -> Result<Self, Problem> {
        match (body.code, body.pin) {
            (Some(code), None) => Ok(Self::Code(normal_code(&code))),
            (None, Some(pin)) => Ok(Self::Pin(pin.trim().to_owned())),
            _ => Err(Problem::invalid(
                "code",
                "Send the customer's code or PIN, one of the two.",
            )),
        }
    }

    /// What was shown, ready to look for.
    pub fn text(&self) -> &str {
        match self {
            Self::Code(text) | Self::Pin(text) => text,
        }
    }

    fn fits(&self, record: &BookingRecord) -> bool {
        match self {
            Self::Code(code) => *code == record.code,
            Self::Pin(pin) => *pin == record.pin,
        }
    }

    /// Compares it with the booking's. The outer error undoes the transaction; the inner one is told and the
    /// transaction stands, because a wrong code counts.
    pub async fn check(
        &self,
        tx: &mut Tx<'_>,
        record: &BookingRecord,
        timers: &Timers,
    ) -> Result<Result<(), Problem>, Failure> {
        if let Some(until) = record.locked_until.filter(|until| *until > tx.now()) {
            return Err(Problem::CodeLocked { until }.into());
        }
        if self.fits(record) {
            return Ok(Ok(()));
        }
        let wrong = record.wrong_codes + 1;
        if wrong < MAX_WRONG_CODES {
            tx.note_wrong_code(record.id, wrong, None).await?;
            let tries_left = MAX_WRONG_CODES - wrong;
            return Ok(Err(Problem::WrongCode { tries_left }));
        }
        let until = tx.now() + timers.length(Timer::WrongPinLock);
        tx.note_wrong_code(record.id, 0, Some(until)).await?;
        Ok(Err(Problem::CodeLocked { until }))
    }
}
