//! What a client says, made out of its text: the messages of the contract, or what is wrong with them.

use serde_json::{Map, Value};

use crate::domain::{NotificationId, StaffMessageId, TaskId};
use crate::protocol::{ClientMessage, Topic};

/// A text of the client, understood as far as it can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A message that this topic knows.
    Message(ClientMessage),
    /// An object that says something this topic does not know.
    Unknown(Value),
    /// A known message with a field that makes no sense.
    Senseless(&'static str),
    /// No JSON object.
    NotAnObject,
}

/// Understands a text said on a topic.
pub fn understand(topic: Topic, text: &str) -> Heard {
    let Ok(Value::Object(object)) = serde_json::from_str(text) else {
        return Heard::NotAnObject;
    };
    // `action` is the older spelling.
    let name = object.get("type").or_else(|| object.get("action"));
    let name = name.and_then(Value::as_str).unwrap_or_default();
    match (name, topic) {
        ("ping", _) => Heard::Message(ClientMessage::Ping {
            timestamp: object.get("timestamp").cloned().unwrap_or_default(),
        }),
        ("ack", Topic::User(_)) => match object.get("id").and_then(Value::as_i64) {
            Some(id) => Heard::Message(ClientMessage::Ack {
                id: NotificationId(id),
            }),
            None => Heard::Senseless("Say which notification: \"id\" is its number."),
        },
        ("get_status", Topic::Booking(_)) => Heard::Message(ClientMessage::GetStatus),
        ("get_status", Topic::Bay(_) | Topic::Session(_)) => Heard::Message(ClientMessage::GetStatus),
        ("occupy", Topic::Bay(_)) => Heard::Message(ClientMessage::Occupy),
        ("release", Topic::Bay(_)) => Heard::Message(ClientMessage::Release),
        ("close_session", Topic::Session(_)) => Heard::Message(ClientMessage::CloseSession),
        ("update_party_size", Topic::Session(_)) => match object.get("party_size").and_then(Value::as_i64) {
            Some(party_size) => Heard::Message(ClientMessage::UpdatePartySize { party_size }),
            None => Heard::Senseless("Say how many: \"party_size\" is a whole number."),
        },
        ("get_items", Topic::Booking(_)) => Heard::Message(ClientMessage::GetItems),
        ("update_status", Topic::Booking(_)) => update_status(&object),
        (name, topic) if topic.is_for_staff() => of_staff(name, &object),
        _ => Heard::Unknown(Value::Object(object)),
    }
}

fn of_staff(name: &str, object: &Map<String, Value>) -> Heard {
    let number = |name: &str| object.get(name).and_then(Value::as_i64);
    let task = number("task_id").map(TaskId);
    let which = Heard::Senseless("Say which task: \"task_id\" is its number.");
    match name {
        "get_tasks" => Heard::Message(ClientMessage::GetTasks),
        "get_status" => Heard::Message(ClientMessage::GetStatus),
        "acknowledge" => {
            let notification_id = number("notification_id").map(StaffMessageId);
            if task.is_some() == notification_id.is_some() {
                return Heard::Senseless("Say what: \"task_id\" or \"notification_id\", one of the two.");
            }
            Heard::Message(ClientMessage::Acknowledge {
                notification_id,
                task_id: task,
            })
        }
        "start_task" => task.map_or(which, |task_id| {
            Heard::Message(ClientMessage::StartTask { task_id })
        }),
        "complete_task" => task.map_or(which, |task_id| {
            Heard::Message(ClientMessage::CompleteTask { task_id })
        }),
        _ => Heard::Unknown(Value::Object(object.clone())),
    }
}

fn update_status(object: &Map<String, Value>) -> Heard {
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    match text("status") {
        Some(status) => Heard::Message(ClientMessage::UpdateStatus {
            status,
            reason: text("reason"),
            code: text("code"),
            pin: text("pin"),
        }),
        None => Heard::Senseless("Say which state: \"status\" is its name, for example \"ready\"."),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::{BookingId, StationId, UserId};

    const STATION: Topic = Topic::Station(StationId(1));
    const BOOKING: Topic = Topic::Booking(BookingId(1));
    const ME: Topic = Topic::User(UserId(1));

    #[test]
    fn type_and_action_are_two_spellings_of_one_thing() {
        let expected = Heard::Message(ClientMessage::GetStatus);
        assert_eq!(understand(BOOKING, r#"{"type":"get_status"}"#), expected);
        assert_eq!(understand(BOOKING, r#"{"action":"get_status"}"#), expected);
    }

    #[test]
    fn a_ping_may_carry_anything_or_nothing() {
        let ping = |text| match understand(STATION, text) {
            Heard::Message(ClientMessage::Ping { timestamp }) => timestamp,
            other => panic!("{other:?}"),
        };
        assert_eq!(ping(r#"{"type":"ping","timestamp":17.5}"#), json!(17.5));
        assert_eq!(ping(r#"{"type":"ping","timestamp":"x"}"#), json!("x"));
        assert_eq!(ping(r#"{"action":"ping"}"#), Value::Null);
    }

    #[test]
    fn a_message_of_another_topic_is_unknown_here() {
        let unknown = Heard::Unknown(json!({"type": "ack", "id": 1}));
        assert_eq!(understand(STATION, r#"{"type":"ack","id":1}"#), unknown);
        assert_eq!(understand(STATION, "{}"), Heard::Unknown(json!({})));
        let ack = ClientMessage::Ack {
            id: NotificationId(1),
        };
        assert_eq!(understand(ME, r#"{"type":"ack","id":1}"#), Heard::Message(ack));
        assert!(matches!(
            understand(ME, r#"{"type":"ack","id":"1"}"#),
            Heard::Senseless(_)
        ));
        assert!(matches!(
            understand(BOOKING, r#"{"type":"update_status"}"#),
            Heard::Senseless(_)
        ));
    }

    #[test]
    fn what_is_no_object_is_no_message() {
        for text in ["", "nojson", "[]", "7", "null", "\"ping\"", "{\"type\":\"ping\""] {
            assert_eq!(understand(STATION, text), Heard::NotAnObject, "{text}");
        }
    }
}
