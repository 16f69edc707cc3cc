//! Numbers as people say them.

/// `one` for 1, else `many`.
pub fn plural(count: i64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// `350 m`, `1.2 km`, `14 km`.
pub fn distance(metres: i64) -> String {
    let metres = metres.max(0);
    match metres {
        0..=994 => format!("{} m", (metres + 5) / 10 * 10),
        995..=9_949 => format!("{}.{} km", (metres + 50) / 1_000, (metres + 50) / 100 % 10),
        _ => format!("{} km", (metres + 500) / 1_000),
    }
}

/// `15 min`, `1 h 5 min`; never less than a minute.
pub fn duration(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60).max(1);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_as_exact_as_it_is_useful() {
        let said = [0, 344, 994, 995, 1_249, 9_949, 9_950, 14_499].map(distance);
        let expected = [
            "0 m", "340 m", "990 m", "1.0 km", "1.2 km", "9.9 km", "10 km", "14 km",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_duration_is_rounded_up_to_minutes() {
        assert_eq!(
            [1, 60, 61, 3_600, 3_900].map(duration),
            ["1 min", "1 min", "2 min", "1 h", "1 h 5 min"]
        );
    }
}
