//! Entries for calendars, as RFC 5545 has them. Knows how they are written, not what they are about.

use std::fmt::Write;

use crate::domain::Timestamp;

/// A line has at most so many bytes, its end not counted.
const LINE: usize = 75;

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Somebody has to say yes first.
    Tentative,
    /// It will be.
    Confirmed,
    /// It will not.
    Cancelled,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The same whenever the same thing is written.
    pub uid: String,
    /// When this was written.
    pub written_at: Timestamp,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// What it is.
    pub title: String,
    /// Where, in words.
    pub place: String,
    /// Where, latitude and longitude.
    pub position: (f64, f64),
    /// What to know besides.
    pub note: String,
    /// Where there is more.
    pub link: String,
    /// Rises with every change.
    pub version: i64,
    /// How sure it is.
    pub certainty: Certainty,
}

impl Entry {
    /// A whole calendar with this one entry.
    pub fn to_ics(&self) -> String {
        let status = match self.certainty {
            Certainty::Tentative => "TENTATIVE",
            Certainty::Confirmed => "CONFIRMED",
            Certainty::Cancelled => "CANCELLED",
        };
        let (latitude, longitude) = self.position;
        let lines = [
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//Voltbay//Bookings//EN".to_owned(),
            "METHOD:PUBLISH".to_owned(),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", text(&self.uid)),
            format!("DTSTAMP:{}", instant(self.written_at)),
            format!("DTSTART:{}", instant(self.starts_at)),
            format!("DTEND:{}", instant(self.ends_at)),
            format!("SUMMARY:{}", text(&self.title)),
            format!("LOCATION:{}", text(&self.place)),
            format!("GEO:{latitude:.6};{longitude:.6}"),
            format!("DESCRIPTION:{}", text(&self.note)),
            format!("URL:{}", self.link.replace(char::is_control, "")),
            format!("SEQUENCE:{}", self.version),
            format!("STATUS:{status}"),
            "END:VEVENT".to_owned(),
            "END:VCALENDAR".to_owned(),
        ];
        lines.iter().map(|line| folded(line)).collect()
    }
}

/// `20261121T103000Z`: UTC, to the second.
fn instant(at: Timestamp) -> String {
    let whole: String = at.to_string().chars().take("2026-11-21T10:30:00".len()).collect();
    let mut written = whole.replace(['-', ':'], "");
    written.push('Z');
    written
}

/// What people wrote, with everything escaped that means something in a calendar.
fn text(written: &str) -> String {
    let mut escaped = String::with_capacity(written.len());
    for letter in written.chars() {
        match letter {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// The line with its end, continued on the next with a blank where it is too long. No letter is cut in two.
fn folded(line: &str) -> String {
    let mut written = String::with_capacity(line.len() + 2);
    let mut length = 0;
    for letter in line.chars() {
        if length + letter.len_utf8() > LINE {
            written.push_str("\r\n ");
            length = 1;
        }
        let _ = written.write_char(letter);
        length += letter.len_utf8();
    }
    written.push_str("\r\n");
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(title: &str) -> Entry {
        let at = |text: &str| text.parse().unwrap();
        Entry {
            uid: "booking-7@voltbay.test".to_owned(),
            written_at: at("2026-11-21T08:00:00.123456Z"),
            starts_at: at("2026-11-21T16:00:00+05:30"),
            ends_at: at("2026-11-21T10:45:00Z"),
            title: title.to_owned(),
            place: String::new(),
            position: (9.9816, 76.2999),
            note: "Swap, VB60\nCode K7F 2QX".to_owned(),
            link: "https://voltbay.test/bookings/7".to_owned(),
            version: 3,
            certainty: Certainty::Confirmed,
        }
    }

    #[test]
    fn an_entry_has_what_calendars_need() {
        let ics = entry("Battery swap at Harbour; pier 2").to_ics();
        for line in [
            "BEGIN:VCALENDAR",
            "UID:booking-7@voltbay.test",
            "DTSTAMP:20261121T080000Z",
            "DTSTART:20261121T103000Z",
            "DTEND:20261121T104500Z",
            "SUMMARY:Battery swap at Harbour\\; pier 2",
            "DESCRIPTION:Swap\\, VB60\\nCode K7F 2QX",
            "SEQUENCE:3",
            "STATUS:CONFIRMED",
            "END:VCALENDAR",
        ] {
            assert!(
                ics.split("\r\n").any(|written| written == line),
                "{line} in {ics}"
            );
        }
    }

    proptest::proptest! {
        /// Whatever somebody calls a station: no line is too long, none is broken, and it is read back as it was.
        #[test]
        fn any_name_survives(name in "[\\PC,;\\\\\n]{0,200}") {
            let ics = entry(&name).to_ics();
            for line in ics.split_terminator("\r\n") {
                proptest::prop_assert!(line.len() <= LINE, "{line}");
                proptest::prop_assert!(!line.contains(['\r', '\n']), "{line:?}");
            }
            let unfolded = ics.replace("\r\n ", "");
            let written = unfolded.split("\r\n").find_map(|line| line.strip_prefix("SUMMARY:")).unwrap();
            let mut read = String::new();
            let mut letters = written.chars();
            while let Some(letter) = letters.next() {
                read.push(match letter {
                    '\\' => match letters.next().unwrap() { 'n' => '\n', other => other },
                    other => other,
                });
            }
            proptest::prop_assert_eq!(read, name);
        }
    }
}
