//! Amounts of money: integer minor units and an ISO 4217 currency, never a float.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An ISO 4217 currency code, for example `INR`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

/// Not three capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three capital letters, like INR")]
pub struct NotACurrency;

impl Currency {
    /// Indian rupee, the currency of the demo network.
    pub const INR: Self = Self(*b"INR");

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// The sign people know, where there is a common one; else the code and a space.
    pub fn sign(&self) -> String {
        match &self.0 {
            b"INR" => "₹".to_owned(),
            b"EUR" => "€".to_owned(),
            b"USD" => "$".to_owned(),
            b"GBP" => "£".to_owned(),
            _ => format!("{} ", self.as_str()),
        }
    }

    /// How many decimals the minor unit stands for (ISO 4217).
    pub fn decimals(&self) -> u32 {
        match &self.0 {
            b"JPY" | b"KRW" | b"VND" => 0,
            b"BHD" | b"JOD" | b"KWD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl FromStr for Currency {
    type Err = NotACurrency;
    fn from_str(text: &str) -> Result<Self, NotACurrency> {
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| NotACurrency)?;
        bytes
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(bytes))
            .ok_or(NotACurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// An amount in the minor unit of its currency: 9500 INR is ₹95.00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units (paise, cents).
    pub minor: i64,
    /// Of which currency.
    pub currency: Currency,
}

impl Money {
    /// An amount in minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// An amount as people type it, in whole units with or without decimals: `1,999.00`. `None` for anything
    /// else, for less than nothing, and for more than any price.
    pub fn typed(text: &str, currency: Currency) -> Option<Self> {
        const MOST_DIGITS: usize = 12;
        let text: String = text.trim().chars().filter(|c| !matches!(c, ',' | ' ')).collect();
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let decimals = currency.decimals() as usize;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = !whole.is_empty() && whole.len() <= MOST_DIGITS && part.len() <= decimals;
        if !fits || !digits(whole) || !digits(part) {
            return None;
        }
        let minor = format!("{whole}{part:0<decimals$}").parse().ok()?;
        Some(Self { minor, currency })
    }

    /// As [`Money::typed`] reads it again: `1999.00`.
    pub fn plain(&self) -> String {
        let decimals = self.currency.decimals();
        let unit = 10_i64.pow(decimals);
        let (whole, part) = (self.minor / unit, self.minor % unit);
        match decimals {
            0 => whole.to_string(),
            _ => format!("{whole}.{part:0width$}", width = decimals as usize),
        }
    }
}

/// As people read it: `₹1,250.00`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals();
        let unit = 10_u64.pow(decimals);
        let (whole, part) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        let minus = if self.minor < 0 { "−" } else { "" };
        write!(f, "{minus}{}{}", self.currency.sign(), grouped(whole))?;
        if decimals > 0 {
            write!(f, ".{part:0width$}", width = decimals as usize)?;
        }
        Ok(())
    }
}

fn grouped(whole: u64) -> String {
    let digits = whole.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_reads_as_people_write_it() {
        let cases = [
            (9500, "INR", "₹95.00"),
            (-5, "EUR", "−€0.05"),
            (123_456_789, "USD", "$1,234,567.89"),
            (1500, "JPY", "JPY 1,500"),
            (1_234, "KWD", "KWD 1.234"),
        ];
        for (minor, currency, text) in cases {
            assert_eq!(Money::new(minor, currency.parse().unwrap()).to_string(), text);
        }
    }

    #[test]
    fn an_amount_is_read_as_people_type_it() {
        let read =
            |text, currency: &str| Money::typed(text, currency.parse().unwrap()).map(|money| money.minor);
        for (text, minor) in [("799", 79_900), (" 1,999.00 ", 199_900), ("0.5", 50), ("0", 0)] {
            assert_eq!(read(text, "INR"), Some(minor), "{text}");
        }
        assert_eq!(read("1500", "JPY"), Some(1_500));
        for text in ["", "-1", "1.234", ".5", "1e3", "₹5", "9999999999999"] {
            assert_eq!(read(text, "INR"), None, "{text}");
        }
        assert_eq!(Money::new(199_905, Currency::INR).plain(), "1999.05");
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        for text in ["inr", "IN", "INRR", "", "ÄNR"] {
            assert_eq!(text.parse::<Currency>(), Err(NotACurrency));
        }
    }
}
