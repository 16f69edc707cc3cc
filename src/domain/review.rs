//! What customers say about a station: stars and a few words.

use std::ops::RangeInclusive;

/// The stars there are.
pub const STARS: RangeInclusive<i64> = 1..=5;
/// Longest text, in characters.
pub const MAX_TEXT: usize = 1_000;

/// What so many stars mean.
pub fn meaning(stars: i64) -> &'static str {
    match stars {
        ..=1 => "Bad",
        2 => "Poor",
        3 => "Fair",
        4 => "Good",
        _ => "Very good",
    }
}

/// The average of so many reviews with so many stars in all, to one decimal; none without reviews.
pub fn average(stars: i64, reviews: i64) -> Option<f64> {
    if reviews <= 0 {
        return None;
    }
    let tenths = (stars * 10 + reviews / 2) / reviews;
    #[expect(clippy::cast_precision_loss, reason = "10 to 50")]
    let tenths = tenths as f64;
    Some(tenths / 10.0)
}

/// All that the public learns of a reviewer's name: the first of its words.
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or("A former customer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_has_one_decimal_and_nobody_has_none() {
        assert_eq!(average(0, 0), None);
        assert_eq!(average(9, 2), Some(4.5));
        assert_eq!(average(14, 3), Some(4.7));
        assert_eq!(average(5, 1), Some(5.0));
    }

    #[test]
    fn a_reviewer_is_known_by_the_first_name() {
        assert_eq!(first_name("Nila Varma"), "Nila");
        assert_eq!(first_name("  "), "A former customer");
    }
}
