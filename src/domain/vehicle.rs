//! Vehicles: how a registration is written down, so that the same plate is the same vehicle however somebody
//! typed it.

use std::str::FromStr;

/// Longest registration, in characters.
pub const MAX_REGISTRATION: usize = 32;
/// Most vehicles that one person keeps.
pub const MAX_VEHICLES: usize = 20;

/// A registration: capitals, without blanks and dashes, 1 to 32 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration(String);

impl Registration {
    /// What was typed as a registration; none where only blanks and dashes were.
    ///
    /// # Errors
    /// A sentence for whoever typed it.
    pub fn of(typed: &str) -> Result<Option<Self>, &'static str> {
        let letters: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .flat_map(char::to_uppercase)
            .collect();
        if letters.chars().count() > MAX_REGISTRATION || letters.chars().any(char::is_control) {
            return Err("A registration has at most 32 letters and digits.");
        }
        Ok((!letters.is_empty()).then_some(Self(letters)))
    }

    /// The letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The letters, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl FromStr for Registration {
    type Err = &'static str;
    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        Self::of(typed)?.ok_or("Write the registration, like KL 07 AB 1234.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_plate_is_one_vehicle_however_it_is_typed() {
        for typed in ["KL07AB1234", " kl 07-ab 1234 ", "k-l-0-7-ab1234"] {
            let registration: Registration = typed.parse().unwrap();
            assert_eq!(registration.as_str(), "KL07AB1234", "{typed}");
        }
    }

    #[test]
    fn blanks_are_none_and_a_novel_is_refused() {
        assert_eq!(Registration::of(" - "), Ok(None));
        assert!(" - ".parse::<Registration>().is_err());
        assert!("X".repeat(33).parse::<Registration>().is_err());
        assert!("KL\u{7}1".parse::<Registration>().is_err());
    }
}
