//! What every problem has in common.

use super::*;

#[test]
fn the_code_is_the_tag_on_the_wire() {
    for problem in [
        Problem::NoFreeSlot,
        Problem::TooLarge { limit_bytes: 1 },
        Problem::illegal(BookingState::Completed),
        Problem::invalid("a", "b"),
    ] {
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["code"], problem.code());
        assert_eq!(serde_json::from_value::<Problem>(json).unwrap(), problem);
    }
}

#[test]
fn a_problem_is_never_told_as_a_success() {
    assert!(Problem::Internal.status() >= 400);
    assert_eq!(
        Problem::illegal(BookingState::Expired).to_string(),
        "The booking is expired; that is not possible any more."
    );
}
