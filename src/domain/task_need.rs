//! Which tasks a booking gives the staff, told by how the booking stands: nobody has to remember to make or end
//! one.

use super::{BookingState, ItemState, PaymentState, TaskKind};

/// Whether a task is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Somebody has to do it.
    Wanted,
    /// It has been done.
    Met,
    /// There is nothing to do any more.
    Gone,
}

/// How a booking stands, as far as staff have to do with it.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is so or not, whatever the others are"
)]
pub struct BookingNeeds {
    /// Where it is in its life.
    pub state: BookingState,
    /// Waits for the station's answer.
    pub awaits_approval: bool,
    /// Waits for being paid online: until then the station does not hear of it.
    pub awaits_payment: bool,
    /// How far the payment is.
    pub payment: PaymentState,
    /// Packs are to be prepared for it.
    pub takes_packs: bool,
    /// Its customer wants help at the bay.
    pub wants_help: bool,
}

impl BookingNeeds {
    /// The tasks that a booking itself can give.
    pub const KINDS: [TaskKind; 5] = [
        TaskKind::ApproveBooking,
        TaskKind::StagePack,
        TaskKind::ServeCustomer,
        TaskKind::HelpRequest,
        TaskKind::VerifyCash,
    ];

    /// Whether a task of this kind is needed.
    pub fn of(self, kind: TaskKind) -> Need {
        match kind {
            TaskKind::ApproveBooking => self.of_approval(),
            TaskKind::StagePack => self.of_staging(),
            TaskKind::ServeCustomer => self.of_arrival(),
            TaskKind::HelpRequest if self.wants_help => self.of_arrival(),
            TaskKind::VerifyCash => match self.payment {
                PaymentState::CashDeclared if !self.state.is_ended() => Need::Wanted,
                PaymentState::Paid | PaymentState::Rejected | PaymentState::Due => Need::Met,
                _ => Need::Gone,
            },
            _ => Need::Gone,
        }
    }

    /// From her arrival until she has what she came for.
    fn of_arrival(self) -> Need {
        match self.state {
            BookingState::CheckedIn | BookingState::InService => Need::Wanted,
            BookingState::Completed => Need::Met,
            _ => Need::Gone,
        }
    }

    fn of_approval(self) -> Need {
        match self.state {
            BookingState::Requested if self.awaits_approval && !self.awaits_payment => Need::Wanted,
            BookingState::Cancelled | BookingState::Expired | BookingState::Failed => Need::Gone,
            _ => Need::Met,
        }
    }

    fn of_staging(self) -> Need {
        match self.state {
            BookingState::Confirmed if self.takes_packs => Need::Wanted,
            BookingState::Ready
            | BookingState::CheckedIn
            | BookingState::InService
            | BookingState::Completed => Need::Met,
            _ => Need::Gone,
        }
    }
}

/// Whether somebody has to take up a service of a booking.
pub fn of_service(state: ItemState) -> Need {
    match state {
        ItemState::Queued | ItemState::Assigned => Need::Wanted,
        ItemState::InProgress | ItemState::Done => Need::Met,
        _ => Need::Gone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn booking(state: BookingState) -> BookingNeeds {
        BookingNeeds {
            state,
            awaits_approval: state == BookingState::Requested,
            awaits_payment: false,
            payment: PaymentState::Due,
            takes_packs: true,
            wants_help: false,
        }
    }

    fn wanted(needs: BookingNeeds) -> Vec<TaskKind> {
        let is_wanted = |kind: &TaskKind| needs.of(*kind) == Need::Wanted;
        BookingNeeds::KINDS.into_iter().filter(is_wanted).collect()
    }

    #[test]
    fn a_booking_gives_one_task_at_a_time_on_its_usual_way() {
        let way = [
            (BookingState::Requested, vec![TaskKind::ApproveBooking]),
            (BookingState::Confirmed, vec![TaskKind::StagePack]),
            (BookingState::Ready, vec![]),
            (BookingState::CheckedIn, vec![TaskKind::ServeCustomer]),
            (BookingState::InService, vec![TaskKind::ServeCustomer]),
            (BookingState::Completed, vec![]),
        ];
        for (state, expected) in way {
            assert_eq!(wanted(booking(state)), expected, "{state}");
        }
    }

    #[test]
    fn who_wants_help_gets_it_from_her_arrival_on() {
        for state in BookingState::ALL {
            let mut needs = booking(state);
            needs.wants_help = true;
            let is_here = matches!(state, BookingState::CheckedIn | BookingState::InService);
            assert_eq!(wanted(needs).contains(&TaskKind::HelpRequest), is_here, "{state}");
        }
    }

    #[test]
    fn an_ended_booking_wants_nothing_of_anybody() {
        for state in BookingState::ALL.into_iter().filter(|state| state.is_ended()) {
            let mut needs = booking(state);
            needs.payment = PaymentState::CashDeclared;
            assert!(wanted(needs).is_empty(), "{state}");
        }
    }

    #[test]
    fn an_unpaid_request_is_not_the_stations_yet() {
        let mut needs = booking(BookingState::Requested);
        needs.awaits_payment = true;
        assert!(wanted(needs).is_empty());
    }

    #[test]
    fn declared_cash_is_counted_whatever_else_happens() {
        let mut needs = booking(BookingState::Ready);
        needs.payment = PaymentState::CashDeclared;
        assert_eq!(wanted(needs), [TaskKind::VerifyCash]);
        needs.payment = PaymentState::Paid;
        assert_eq!(needs.of(TaskKind::VerifyCash), Need::Met);
    }
}
