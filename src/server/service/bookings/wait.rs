//! What a booking waits for before it is confirmed: the station's word, or being paid.

use std::time::Duration;

use super::due_while_waiting;
use super::order::Order;
use crate::domain::booking::STRIKES_UNTIL_PREPAYMENT;
use crate::domain::{
    Bill, BookingState, PaymentMethod, Problem, StationId, Timer, Timers, Timestamp, UserId,
};
use crate::server::App;
use crate::server::service::Actor;
use crate::server::store::bookings::Window;
use crate::server::store::inventory::StationRow;
use crate::server::store::{Failure, Tx, bookings as rows, stations};

/// What a new booking waits for; for nothing, and it is confirmed at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wait {
    /// The station is to say yes.
    pub approval: bool,
    /// It is to be paid online.
    pub payment: bool,
}

impl Wait {
    /// What this order waits for. Who did not come twice pays first, and so does everybody at stations that want
    /// it; where nobody takes online payments, the station looks at such a booking instead.
    ///
    /// # Errors
    /// [`Problem::PrepaymentRequired`] for cash where that does not do.
    pub async fn of(
        tx: &mut Tx<'_>,
        order: &Order,
        user: UserId,
        station: &StationRow,
        takes_online: bool,
    ) -> Result<Self, Failure> {
        let has_strikes = rows::strikes(tx.connection(), user).await? >= STRIKES_UNTIL_PREPAYMENT;
        let pays_first = station.needs_prepayment || has_strikes;
        let by_cash = order.payment_method == PaymentMethod::Cash;
        if pays_first && by_cash && takes_online {
            return Err(Problem::PrepaymentRequired {
                detail: why(has_strikes, &station.name),
            }
            .into());
        }
        Ok(Self {
            approval: station.needs_approval || (pays_first && by_cash),
            payment: order.payment_method.is_online(),
        })
    }

    /// Nobody waits for nothing to be paid.
    #[must_use]
    pub fn for_bill(self, bill: Bill) -> Self {
        Self {
            payment: self.payment && bill.total() > 0,
            ..self
        }
    }

    /// Where the booking begins: confirmed, or scheduled for later, unless something is waited for; for that there is
    /// so much time as the rules give, but none after the pickup time.
    pub fn beginning(
        self,
        timers: &Timers,
        pickup_at: Option<Timestamp>,
        hold_for: Duration,
        now: Timestamp,
    ) -> Beginning {
        let grace = timers.length(match pickup_at {
            Some(_) => Timer::ScheduledGrace,
            None => Timer::Grace,
        });
        if self != Self::default() {
            let until_pickup = pickup_at.map_or(Duration::MAX, |at| at.since(now));
            let window = Window::from(now, self.length(timers).min(until_pickup), grace);
            return Beginning {
                state: BookingState::Requested,
                window,
                due_at: window.deadline,
            };
        }
        if let Some(at) = pickup_at {
            return Beginning {
                state: BookingState::Scheduled,
                window: Window::from(at, hold_for, grace),
                due_at: at - timers.length(Timer::AllocateLead),
            };
        }
        let window = Window::from(now, hold_for, grace);
        Beginning {
            state: BookingState::Confirmed,
            window,
            due_at: due_while_waiting(timers, false, window, now),
        }
    }

    fn length(self, timers: &Timers) -> Duration {
        timers.length(if self.payment {
            Timer::PaymentTtl
        } else {
            Timer::RequestConfirmTtl
        })
    }
}

/// How a booking begins.
pub struct Beginning {
    /// In which state.
    pub state: BookingState,
    /// Until when what is waited for must have come, or the packs are held.
    pub window: Window,
    /// When something happens by itself first.
    pub due_at: Timestamp,
}

/// Whether this visitor cannot book with cash at a station.
///
/// # Errors
/// When the database cannot be read.
pub async fn pays_first(app: &App, visitor: Option<&Actor>, station: StationId) -> Result<bool, Problem> {
    if app.provider().is_none() {
        return Ok(false);
    }
    let mut snapshot = app.db.snapshot().await?;
    let row = stations::find(&mut snapshot, station).await?;
    if row.is_some_and(|row| row.needs_prepayment) {
        return Ok(true);
    }
    match visitor {
        Some(actor) => Ok(rows::strikes(&mut snapshot, actor.user).await? >= STRIKES_UNTIL_PREPAYMENT),
        None => Ok(false),
    }
}

fn why(has_strikes: bool, station: &str) -> String {
    if has_strikes {
        format!(
            "You booked {STRIKES_UNTIL_PREPAYMENT} times and did not come. Pay this booking by card, QR or plan; after \
             you have collected it you can pay in cash again."
        )
    } else {
        format!("{station} wants to be paid first. Pay by card, QR or plan.")
    }
}

/// There is no payment service here.
pub fn no_online_payments() -> Problem {
    Problem::invalid(
        "payment_method",
        "Nobody takes cards or QR payments here; send \"cash\" or \"plan\".",
    )
}
