//! What people typed, field by field: collects every complaint, so that nobody mends one mistake only to hear
//! of the next.

use std::ops::RangeInclusive;

use crate::domain::{FieldError, Percent, Problem};

/// Longest reason somebody gives for a decision, in characters.
pub const MAX_REASON: usize = 200;

/// The reason for a decision, which the other side reads.
///
/// # Errors
/// [`Problem::Invalid`] when it is empty or too long.
pub fn given(reason: &str) -> Result<String, Problem> {
    let mut form = Form::default();
    let reason = form.text("reason", reason, 1..=MAX_REASON);
    form.finish()?;
    Ok(reason)
}

/// The complaints about one request so far.
#[derive(Debug, Default)]
pub struct Form {
    errors: Vec<FieldError>,
}

impl Form {
    /// Something is wrong with a field.
    pub fn complain(&mut self, field: &str, detail: impl Into<String>) {
        self.errors.push(FieldError::new(field, detail));
    }

    /// A line of text without blanks around it; its length counts characters.
    pub fn text(&mut self, field: &str, typed: &str, length: RangeInclusive<usize>) -> String {
        let text = typed.trim();
        let count = text.chars().count();
        if count < *length.start() {
            self.complain(field, "This must not be empty.");
        } else if count > *length.end() {
            self.complain(field, format!("At most {} characters fit here.", length.end()));
        } else if text.chars().any(char::is_control) {
            self.complain(field, "Control characters and line breaks have no place here.");
        }
        text.to_owned()
    }

    /// Text that may have several lines, without blanks around it; its length counts characters.
    pub fn paragraphs(&mut self, field: &str, typed: &str, length: RangeInclusive<usize>) -> String {
        let text = typed.trim().replace("\r\n", "\n");
        // Lines are fine here; everything else is as in one of them.
        self.text(field, &text.replace(['\n', '\t'], " "), length);
        text
    }

    /// An optional line of text; an empty one counts as none.
    pub fn text_or_none(&mut self, field: &str, typed: Option<&str>, most: usize) -> Option<String> {
        let text = self.text(field, typed.unwrap_or_default(), 0..=most);
        (!text.is_empty()).then_some(text)
    }

    /// A whole number within bounds.
    pub fn number(&mut self, field: &str, number: i64, bounds: RangeInclusive<i64>) -> i64 {
        if !bounds.contains(&number) {
            let detail = format!("Give a whole number from {} to {}.", bounds.start(), bounds.end());
            self.complain(field, detail);
        }
        number
    }

    /// A whole percentage.
    pub fn percent(&mut self, field: &str, number: i64) -> Percent {
        Percent::clamped(self.number(field, number, 0..=100))
    }

    /// # Errors
    /// Every complaint, if there was one.
    pub fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Problem::Invalid { errors: self.errors })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_told_at_once() {
        let mut form = Form::default();
        form.text("name", "  ", 1..=80);
        form.text("city", &"x".repeat(81), 0..=80);
        form.text("address", "a\nb", 0..=80);
        form.number("slots", 0, 1..=200);
        form.percent("soc", 101);
        let Err(Problem::Invalid { errors }) = form.finish() else {
            panic!("accepted");
        };
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["name", "city", "address", "slots", "soc"]);
    }

    #[test]
    fn letters_of_every_script_count_as_one() {
        let mut form = Form::default();
        assert_eq!(
            form.text("name", &format!(" {} ", "കൊ".repeat(40)), 1..=80),
            "കൊ".repeat(40)
        );
        assert_eq!(form.text_or_none("note", Some("  "), 10), None);
        assert_eq!(form.finish(), Ok(()));
    }
}
