//! People: how an e-mail address, a name, a telephone number and a password must look, and which role may
//! do what.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a person is to the network. Rights grow from top to bottom; see `may_staff` and `may_operate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Books packs for herself.
    Customer,
    /// Hands over packs at the stations he is assigned to.
    Attendant,
    /// Leads the attendants of her stations.
    Lead,
    /// Runs all stations of one operator.
    Operator,
    /// Runs the whole network.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::Customer,
        Self::Attendant,
        Self::Lead,
        Self::Operator,
        Self::Admin,
    ];

    /// Works at stations (which ones is a matter of assignment).
    pub fn is_staff(self) -> bool {
        self != Self::Customer
    }

    /// May create stations and change their terms.
    pub fn may_operate(self) -> bool {
        matches!(self, Self::Operator | Self::Admin)
    }

    /// Decides at a station what attendants may not: large sums, broken-off swaps.
    pub fn may_lead(self) -> bool {
        matches!(self, Self::Lead | Self::Operator | Self::Admin)
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Attendant => "attendant",
            Self::Lead => "lead",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| format!("{text} is no role; choose customer, attendant, lead, operator or admin"))
    }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, owned.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = &'static str;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let parse: fn(&str) -> Result<String, &'static str> = $parse;
                parse(text).map(Self)
            }
        }
    };
}

text!(
    /// An e-mail address, in lower case; at most 254 characters (RFC 5321 §4.5.3.1.3).
    Email,
    |text| {
        let text = text.trim().to_lowercase();
        let fits = text.len() <= 254
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
            && text.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty()
                    && local.len() <= 64
                    && !domain.contains('@')
                    && domain.split('.').count() >= 2
                    && domain.split('.').all(|label| !label.is_empty())
            });
        fits.then_some(text).ok_or("Write the address like name@example.org.")
    }
);

text!(
    /// The name a person wants to be called by: 1 to 80 characters, no control characters.
    DisplayName,
    |text| {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 {
            return Err("Tell us what to call you.");
        }
        if length > 80 {
            return Err("A name has at most 80 characters.");
        }
        if text.chars().any(char::is_control) {
            return Err("A name has no control characters.");
        }
        Ok(text.to_owned())
    }
);

text!(
    /// A telephone number: digits, at most one leading `+`; spaces, dots, dashes and brackets are dropped.
    Phone,
    |text| {
        let text: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
        let digits = text.strip_prefix('+').unwrap_or(&text);
        let fits = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        fits.then_some(text).ok_or("Write the number with 5 to 15 digits, like +91 484 555 0100.")
    }
);

text!(
    /// A password as typed: 10 to 200 characters, nothing else is asked (NIST SP 800-63B §5.1.1.2).
    Password,
    |text| match text.chars().count() {
        0..=9 => Err("A password has at least 10 characters."),
        10..=200 => Ok(text.to_owned()),
        _ => Err("A password has at most 200 characters."),
    }
);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl fmt::Debug for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DisplayName(…)")
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case() {
        assert_eq!(
            " Asha@Example.ORG ".parse::<Email>().unwrap().as_str(),
            "asha@example.org"
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(250));
        for text in [
            "",
            "a",
            "a@b",
            "@example.org",
            "a@@b.c",
            "a b@c.d",
            "a@b..c",
            &long,
        ] {
            assert!(text.parse::<Email>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_of_eighty_letters_of_any_script_is_valid_and_eighty_one_are_not() {
        assert!("അ".repeat(80).parse::<DisplayName>().is_ok());
        assert!("അ".repeat(81).parse::<DisplayName>().is_err());
        assert!("\u{7}".parse::<DisplayName>().is_err());
    }

    #[test]
    fn a_password_is_never_printed() {
        let password: Password = "voltbay-demo".parse().unwrap();
        assert!(!format!("{password:?}").contains("demo"));
    }
}
