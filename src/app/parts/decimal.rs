//! Numbers with a few decimals. The standard library's way is exact for every number there is, and heavy: its
//! tables would be a twentieth of what the first page loads.

/// With so many digits after the point, rounded half away from zero; good for what a map shows.
pub fn decimal(value: f64, digits: u32) -> String {
    let scale = 10_i64.pow(digits);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "degrees, units and per cent are small"
    )]
    let scaled = (value * scale as f64).round() as i64;
    let sign = if scaled < 0 { "-" } else { "" };
    let (whole, part) = (scaled.abs() / scale, scaled.abs() % scale);
    match digits {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{part:0width$}", width = digits as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_rounded_like_the_standard_librarys() {
        assert_eq!(decimal(9.973_14, 4), "9.9731");
        assert_eq!(decimal(-0.05, 1), "-0.1");
        assert_eq!(decimal(-0.004, 2), "0.00");
        assert_eq!(decimal(12.999, 2), "13.00");
        assert_eq!(decimal(1_000.0, 0), "1000");
    }
}
