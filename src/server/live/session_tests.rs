//! The rules of a connection, one by one, without a socket.

use serde_json::json;

use super::*;
use crate::domain::{BookingId, NotificationId, StationId, UserId};

const STATION: Topic = Topic::Station(StationId(1));
const ME: Topic = Topic::User(UserId(7));
const BOOKING: Topic = Topic::Booking(BookingId(7));

struct Stage {
    session: Session,
    now: Instant,
}

impl Stage {
    fn new(topic: Topic) -> Self {
        let now = Instant::now();
        Self {
            session: Session::new(topic, true, now),
            now,
        }
    }

    fn on(&mut self, input: Input) -> Vec<Output> {
        let timestamp = Timestamp::from_micros(0);
        let moment = Moment {
            instant: self.now,
            timestamp,
        };
        self.session.on(input, moment)
    }

    fn hear(&mut self, text: &str) -> Vec<Output> {
        self.on(Input::Text(Text::from(text)))
    }

    fn after(&mut self, time: Duration) -> &mut Self {
        self.now += time;
        self
    }
}

/// What was said, as it goes over the wire.
fn said(outputs: &[Output]) -> Vec<Value> {
    let text = |output: &Output| match output {
        Output::Say(message) => Some(serde_json::to_value(message).expect("a frame")),
        _ => None,
    };
    outputs.iter().filter_map(text).collect()
}

fn code(outputs: &[Output]) -> Value {
    said(outputs)[0]["code"].clone()
}

#[test]
fn a_ping_is_answered_with_its_own_timestamp() {
    let time = "1970-01-01T00:00:00.000000Z";
    for (topic, ping, timestamp) in [
        (Topic::Stations, r#"{"type":"ping","timestamp":5}"#, json!(5)),
        (ME, r#"{"type":"ping"}"#, Value::Null),
        (BOOKING, r#"{"action":"ping","timestamp":"x"}"#, json!("x")),
    ] {
        let pong = json!({"type": "pong", "timestamp": timestamp, "server_time": time});
        assert_eq!(said(&Stage::new(topic).hear(ping)), [pong]);
    }
}

#[test]
fn station_sockets_echo_what_they_do_not_know_and_others_say_so() {
    let text = r#"{"type":"hello","n":[1,2]}"#;
    let echo = json!({"type": "echo", "message": {"type": "hello", "n": [1, 2]}});
    assert_eq!(said(&Stage::new(STATION).hear(text)), std::slice::from_ref(&echo));
    assert_eq!(said(&Stage::new(Topic::Stations).hear(text)), [echo]);
    for topic in [ME, BOOKING] {
        assert_eq!(code(&Stage::new(topic).hear(text)), "unknown_type");
    }
}

#[test]
fn bad_input_is_answered_and_the_socket_stays_open() {
    let mut stage = Stage::new(STATION);
    let invalid = json!({"type": "error", "message": "Invalid JSON", "code": "invalid_json"});
    for text in ["nojson", "[]", "1"] {
        assert_eq!(said(&stage.hear(text)), std::slice::from_ref(&invalid));
    }
    assert_eq!(code(&stage.on(Input::Binary)), "unsupported_data");
    assert!(!stage.session.is_closed());
    assert_eq!(stage.on(Input::TooLarge), [Output::Close(Closing::TooLarge)]);
    assert!(
        stage.hear(r#"{"type":"ping"}"#).is_empty(),
        "nothing follows a close"
    );
}

#[test]
fn forty_messages_at_once_are_fine_and_the_third_beyond_closes() {
    let mut stage = Stage::new(STATION);
    for _ in 0..40 {
        assert_eq!(said(&stage.hear(r#"{"type":"ping"}"#))[0]["type"], "pong");
    }
    assert_eq!(code(&stage.hear("{}")), "too_many_requests");
    assert_eq!(code(&stage.hear("{}")), "too_many_requests");
    assert_eq!(stage.hear("{}").last(), Some(&Output::Close(Closing::TooMany)));
}

#[test]
fn strikes_are_forgiven_and_twenty_a_second_are_fine_forever() {
    let mut stage = Stage::new(STATION);
    for _ in 0..42 {
        stage.hear("{}");
    }
    stage.after(Duration::from_secs(2));
    for _ in 0..200 {
        stage.after(Duration::from_millis(50));
        assert_eq!(said(&stage.hear("{}"))[0]["type"], "echo");
    }
    assert_eq!(stage.session.strikes, 0);
}

#[test]
fn a_numbered_topic_tells_its_mark_every_fifteen_seconds() {
    let mut stage = Stage::new(STATION);
    assert!(
        stage
            .after(Duration::from_secs(14))
            .on(Input::Tick(Some(3)))
            .is_empty()
    );
    let beat = said(&stage.after(Duration::from_secs(1)).on(Input::Tick(Some(3))));
    assert_eq!(
        (&beat[0]["type"], &beat[0]["seq"]),
        (&json!("heartbeat"), &json!(3))
    );
    assert_eq!(stage.session.next_tick(), stage.now + Duration::from_secs(10));
    let mut network = Stage::new(Topic::Stations);
    assert!(
        network
            .after(Duration::from_secs(15))
            .on(Input::Tick(None))
            .is_empty()
    );
    let mut behind = Stage::new(STATION);
    assert!(
        behind
            .after(Duration::from_secs(15))
            .on(Input::Tick(None))
            .is_empty()
    );
}

#[test]
fn a_peer_is_pinged_and_closed_when_it_stays_silent() {
    let mut stage = Stage::new(Topic::Stations);
    assert_eq!(
        stage.after(Duration::from_secs(25)).on(Input::Tick(None)),
        [Output::Ping]
    );
    stage.on(Input::SignOfLife);
    assert_eq!(
        stage.after(Duration::from_secs(59)).on(Input::Tick(None)),
        [Output::Ping]
    );
    assert_eq!(
        stage.after(Duration::from_secs(1)).on(Input::Tick(None)),
        [Output::Close(Closing::TooSlow)]
    );
}

#[test]
fn a_slow_reader_gets_the_state_of_a_station_and_must_come_back_for_messages() {
    assert_eq!(Stage::new(STATION).on(Input::Lost), [Output::Conflate]);
    assert_eq!(Stage::new(Topic::Stations).on(Input::Lost), [Output::Conflate]);
    for topic in [ME, BOOKING] {
        assert_eq!(
            Stage::new(topic).on(Input::Lost),
            [Output::Close(Closing::TooSlow)]
        );
    }
    assert_eq!(
        Stage::new(STATION).on(Input::Stuck),
        [Output::Close(Closing::TooSlow)]
    );
}

#[test]
fn commands_are_carried_out_one_after_the_other() {
    let mut stage = Stage::new(ME);
    let ack = |id| ClientMessage::Ack {
        id: NotificationId(id),
    };
    let acked = |id| {
        let id = NotificationId(id);
        Input::Answered(Some(Box::new(ServerMessage::Acked { id })))
    };
    assert_eq!(stage.hear(r#"{"type":"ack","id":1}"#), [Output::Do(ack(1))]);
    assert!(stage.hear(r#"{"type":"ack","id":2}"#).is_empty());
    let outputs = stage.on(acked(1));
    assert_eq!(said(&outputs), [json!({"type": "acked", "id": 1})]);
    assert_eq!(outputs[1], Output::Do(ack(2)));
    assert_eq!(stage.on(acked(2)).len(), 1);
    assert_eq!(stage.hear(r#"{"type":"ack","id":3}"#), [Output::Do(ack(3))]);
    for _ in 0..MAX_WAITING {
        assert!(stage.hear(r#"{"type":"ack","id":4}"#).is_empty());
    }
    assert_eq!(code(&stage.hear(r#"{"type":"ack","id":5}"#)), "too_many_requests");
}

#[test]
fn every_end_says_why() {
    let mut stage = Stage::new(STATION);
    let outputs = stage.on(Input::Stopping(Duration::from_millis(1_500)));
    assert_eq!(
        said(&outputs),
        [json!({"type": "server_restarting", "retry_after_ms": 1500})]
    );
    assert_eq!(outputs[1], Output::Close(Closing::Stopping));
    let outputs = Stage::new(BOOKING).on(Input::Failed(Problem::not_found("booking")));
    assert_eq!(code(&outputs), "not_found");
    assert_eq!(outputs[1], Output::Close(Closing::NotFound));
    assert_eq!(
        Stage::new(ME).on(Input::SignedOut),
        [Output::Close(Closing::SignedOut)]
    );
    let codes = [
        Closing::Stopping,
        Closing::TooLarge,
        Closing::SignedOut,
        Closing::NotFound,
        Closing::TooSlow,
        Closing::TooMany,
    ];
    assert_eq!(codes.map(Closing::code), [1001, 1009, 4401, 4404, 4408, 4429]);
}
