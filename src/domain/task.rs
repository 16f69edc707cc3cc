//! What staff have to do: kinds, urgency, the one table of transitions, and what becomes of a task that nobody
//! acknowledges.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{BatteryId, BookingId, ItemId, Timer};

/// The level at which a task that nobody acknowledges is the operator's.
pub const OPERATOR_LEVEL: i64 = 3;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Answer a request.
    ApproveBooking,
    /// Prepare the packs of a booking.
    StagePack,
    /// A customer is here.
    ServeCustomer,
    /// Count cash.
    VerifyCash,
    /// Work on a vehicle.
    ServiceItem,
    /// Look at a pack that came back or is locked.
    InspectReturn,
    /// A slot was opened and nobody took the pack.
    OutTimeout,
    /// A pack failed.
    Fault,
    /// Make a bay ready for the next vehicle.
    CleanupBay,
    /// A customer asks for help.
    HelpRequest,
    /// Bring packs to where they are needed.
    Rebalance,
    /// What a lead or the operator asks for.
    PriorityAlert,
}

impl TaskKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::ApproveBooking,
        Self::StagePack,
        Self::ServeCustomer,
        Self::VerifyCash,
        Self::ServiceItem,
        Self::InspectReturn,
        Self::OutTimeout,
        Self::Fault,
        Self::CleanupBay,
        Self::HelpRequest,
        Self::Rebalance,
        Self::PriorityAlert,
    ];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApproveBooking => "approve_booking",
            Self::StagePack => "stage_pack",
            Self::ServeCustomer => "serve_customer",
            Self::VerifyCash => "verify_cash",
            Self::ServiceItem => "service_item",
            Self::InspectReturn => "inspect_return",
            Self::OutTimeout => "out_timeout",
            Self::Fault => "fault",
            Self::CleanupBay => "cleanup_bay",
            Self::HelpRequest => "help_request",
            Self::Rebalance => "rebalance",
            Self::PriorityAlert => "priority_alert",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::ApproveBooking => "Answer request",
            Self::StagePack => "Prepare batteries",
            Self::ServeCustomer => "Serve customer",
            Self::VerifyCash => "Count cash",
            Self::ServiceItem => "Service",
            Self::InspectReturn => "Look at battery",
            Self::OutTimeout => "Battery not taken",
            Self::Fault => "Battery failed",
            Self::CleanupBay => "Clean up bay",
            Self::HelpRequest => "Help at the bay",
            Self::Rebalance => "Move batteries",
            Self::PriorityAlert => "Alert",
        }
    }

    /// How urgent it is unless whoever makes it knows better.
    pub fn priority(self) -> Priority {
        match self {
            Self::ServeCustomer | Self::OutTimeout | Self::Fault => Priority::P2,
            Self::Rebalance => Priority::P4,
            Self::PriorityAlert => Priority::P1,
            _ => Priority::P3,
        }
    }
}

impl FromStr for TaskKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let kind = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or_else(|| format!("{text} is no kind of task"))
    }
}

/// How urgent a task is; on the wire its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "i64", try_from = "i64")]
pub enum Priority {
    /// Somebody is in danger, or the station stands still.
    P1,
    /// A customer is standing there.
    P2,
    /// Somebody will be standing there.
    P3,
    /// Whenever there is time.
    P4,
}

impl Priority {
    /// Every priority, most urgent first.
    pub const ALL: [Self; 4] = [Self::P1, Self::P2, Self::P3, Self::P4];

    /// Within which time somebody has to acknowledge it, where there is such a time.
    pub fn ack_timer(self) -> Option<Timer> {
        match self {
            Self::P1 => Some(Timer::TaskAckP1),
            Self::P2 => Some(Timer::TaskAckP2),
            Self::P3 => Some(Timer::TaskAckP3),
            Self::P4 => None,
        }
    }

    /// Of a pack that was locked: heat is a danger, whatever else is wrong can wait a little.
    pub fn of_fault(note: Option<&str>) -> Self {
        const HEAT: [&str; 6] = ["temperature", "overheat", "hot", "heat", "smoke", "fire"];
        let note = note.unwrap_or_default().to_lowercase();
        let mut words = note.split(|letter: char| !letter.is_alphabetic());
        if words.any(|word| HEAT.iter().any(|heat| word.starts_with(heat))) {
            Self::P1
        } else {
            Self::P2
        }
    }
}

impl From<Priority> for i64 {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::P1 => 1,
            Priority::P2 => 2,
            Priority::P3 => 3,
            Priority::P4 => 4,
        }
    }
}

impl TryFrom<i64> for Priority {
    type Error = String;
    fn try_from(number: i64) -> Result<Self, String> {
        let priority = Self::ALL
            .into_iter()
            .find(|priority| i64::from(*priority) == number);
        priority.ok_or_else(|| "Give a priority from 1 (most urgent) to 4.".to_owned())
    }
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Nobody has said that she will do it.
    Open,
    /// Somebody has it.
    Acked,
    /// Somebody is doing it.
    InProgress,
    /// Done.
    Done,
    /// What it was for is gone.
    Cancelled,
}

/// What can be done with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskCommand {
    /// I have it.
    Ack,
    /// I begin; whoever begins has it.
    Start,
    /// It is done.
    Complete,
    /// It is not done after all.
    Undo,
    /// Somebody else is to do it, and has to say so.
    Reassign,
    /// What it was for is gone.
    Cancel,
}

impl TaskCommand {
    /// Every command.
    pub const ALL: [Self; 6] = [
        Self::Ack,
        Self::Start,
        Self::Complete,
        Self::Undo,
        Self::Reassign,
        Self::Cancel,
    ];

    /// The name in the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Start => "start",
            Self::Complete => "complete",
            Self::Undo => "undo",
            Self::Reassign => "reassign",
            Self::Cancel => "cancel",
        }
    }
}

impl TaskState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Acked,
        Self::InProgress,
        Self::Done,
        Self::Cancelled,
    ];

    /// The state after `command`, or `None` where the command is illegal in this state.
    pub fn after(self, command: TaskCommand) -> Option<Self> {
        use TaskState::{Acked, Cancelled, Done, InProgress, Open};
        let next = match (self, command) {
            (Open, TaskCommand::Ack) => Acked,
            (Open | Acked, TaskCommand::Start) | (Done, TaskCommand::Undo) => InProgress,
            (Acked | InProgress, TaskCommand::Complete) => Done,
            (Open | Acked | InProgress, TaskCommand::Reassign) => Open,
            (Open | Acked | InProgress, TaskCommand::Cancel) => Cancelled,
            _ => return None,
        };
        Some(next)
    }

    /// Somebody still has to do something.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Open | Self::Acked | Self::InProgress)
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acked => "acked",
            Self::InProgress => "in_progress",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Not acknowledged",
            Self::Acked => "Acknowledged",
            Self::InProgress => "In progress",
            Self::Done => "Done",
            Self::Cancelled => "Not needed any more",
        }
    }
}

impl FromStr for TaskState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let state = Self::ALL.into_iter().find(|state| state.as_str() == text);
        state.ok_or_else(|| format!("{text} is no state of a task"))
    }
}

/// What a task is there for. One cause has one task of a kind; when it is gone, so is the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskCause {
    /// A booking.
    Booking(BookingId),
    /// One line of a booking.
    Item(ItemId),
    /// A pack.
    Battery(BatteryId),
    /// A bay, by its number in the database.
    Bay(i64),
    /// A swap session, by its number in the database.
    Session(i64),
}

impl fmt::Display for TaskCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Booking(id) => write!(f, "booking:{id}"),
            Self::Item(id) => write!(f, "item:{id}"),
            Self::Battery(id) => write!(f, "battery:{id}"),
            Self::Bay(id) => write!(f, "bay:{id}"),
            Self::Session(id) => write!(f, "session:{id}"),
        }
    }
}

/// The highest level of escalation: 1 all staff, 2 the leads, 3 the operator.
pub const TOP_LEVEL: i64 = 3;

/// How long after its creation an unacknowledged task rises to this level.
pub fn rises_after(sla: Duration, level: i64) -> Option<Duration> {
    match level {
        1 => Some(sla),
        2 => Some(sla * 2),
        3 => Some(sla * 4),
        _ => None,
    }
}

/// By which way somebody acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AckVia {
    /// The HTTP API.
    Api,
    /// A socket.
    Socket,
    /// A page.
    Page,
}

impl AckVia {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Socket => "socket",
            Self::Page => "page",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_goes_from_open_to_done_and_back_by_an_undo() {
        let mut state = TaskState::Open;
        let way = [
            (TaskCommand::Ack, TaskState::Acked),
            (TaskCommand::Start, TaskState::InProgress),
            (TaskCommand::Complete, TaskState::Done),
            (TaskCommand::Undo, TaskState::InProgress),
            (TaskCommand::Reassign, TaskState::Open),
        ];
        for (command, expected) in way {
            state = state.after(command).expect("legal");
            assert_eq!(state, expected);
        }
        assert_eq!(
            TaskState::Acked.after(TaskCommand::Ack),
            None,
            "only the first has it"
        );
        assert_eq!(TaskState::Open.after(TaskCommand::Complete), None);
    }

    #[test]
    fn the_most_urgent_task_rises_at_half_a_minute_one_and_two() {
        let timer = Priority::P1.ack_timer().expect("a timer");
        let at = |level| rises_after(timer.default_length(), level).map(|length| length.as_secs());
        assert_eq!(
            [at(1), at(2), at(3), at(4)],
            [Some(30), Some(60), Some(120), None]
        );
        assert_eq!(Priority::P4.ack_timer(), None);
    }

    #[test]
    fn heat_is_more_urgent_than_a_scratch() {
        assert_eq!(Priority::of_fault(Some("Over temperature")), Priority::P1);
        assert_eq!(Priority::of_fault(Some("It is HOT.")), Priority::P1);
        assert_eq!(Priority::of_fault(Some("Shot connector")), Priority::P2);
        assert_eq!(Priority::of_fault(None), Priority::P2);
    }

    #[test]
    fn words_and_numbers_are_read_back() {
        for kind in TaskKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        for state in TaskState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        for priority in Priority::ALL {
            assert_eq!(Priority::try_from(i64::from(priority)), Ok(priority));
        }
        assert!(Priority::try_from(5).is_err());
        assert_eq!(TaskCause::Booking(BookingId(7)).to_string(), "booking:7");
    }

    proptest::proptest! {
        /// Whatever is tried in whatever order: what is cancelled stays so, and what is done comes back by an undo
        /// only.
        #[test]
        fn no_sequence_of_commands_leaves_the_table(commands in proptest::collection::vec(0..TaskCommand::ALL.len(), 0..40)) {
            let mut state = TaskState::Open;
            for index in commands {
                let command = TaskCommand::ALL[index];
                let Some(next) = state.after(command) else { continue };
                proptest::prop_assert!(state != TaskState::Cancelled);
                proptest::prop_assert!(state != TaskState::Done || command == TaskCommand::Undo);
                state = next;
            }
        }
    }
}
