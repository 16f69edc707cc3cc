//! QR codes as one path of an SVG: no raster, no script, and the style sheet chooses the colours.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// A drawn QR code: `size` modules wide and high, dark modules as the path `d`.
pub struct Drawing {
    /// Modules a side.
    pub size: usize,
    /// The dark modules, row by row.
    pub d: String,
}

/// Draws `text`; nothing when it is too long for any QR code.
pub fn draw(text: &str) -> Option<Drawing> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let size = code.width();
    let mut d = String::new();
    for (y, row) in code.to_colors().chunks(size).enumerate() {
        for (x, run) in dark_runs(row) {
            // Writing to a String cannot fail.
            let _ = write!(d, "M{x} {y}h{run}v1h-{run}z");
        }
    }
    Some(Drawing { size, d })
}

/// Where each run of dark modules begins, and how long it is.
fn dark_runs(row: &[Color]) -> Vec<(usize, usize)> {
    let mut at = 0;
    let mut runs = Vec::new();
    for run in row.chunk_by(|left, right| left == right) {
        if run[0] == Color::Dark {
            runs.push((at, run.len()));
        }
        at += run.len();
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawing_has_as_many_dark_modules_as_the_code() {
        let text = "VOLTBAY:K7F2QX";
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let dark = code
            .to_colors()
            .into_iter()
            .filter(|color| *color == Color::Dark)
            .count();
        let drawing = draw(text).unwrap();
        let runs = drawing.d.split('M').skip(1);
        let lengths = runs.map(|run| run.split(['h', 'v']).nth(1).unwrap().parse::<usize>().unwrap());
        assert_eq!(lengths.sum::<usize>(), dark);
        assert_eq!(drawing.size, 21, "the text fits the coarsest code");
    }
}
