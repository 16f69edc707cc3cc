//! Plans: so many swaps a month at a price, bought for one to twelve months. What a time costs, which month of
//! it is running, and what is left of it when it is changed for another. All in UTC and in minor units.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// Fewest and most months that can be bought at once.
pub const MONTHS: std::ops::RangeInclusive<i64> = 1..=12;

/// The times a page offers; others within [`MONTHS`] can be bought all the same.
pub const OFFERED_MONTHS: [i64; 4] = [1, 3, 6, 12];

/// Most swaps a month that a plan can have: fair use.
pub const MOST_SWAPS: i64 = 999;

/// Highest price a month, in minor units.
pub const HIGHEST_PRICE: i64 = 100_000_000;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Percent off for buying so many months at once.
pub fn discount_percent(months: i64) -> i64 {
    match months {
        ..3 => 0,
        3..6 => 5,
        6..12 => 10,
        _ => 20,
    }
}

/// What so many months cost, after the discount, in minor units; halves are rounded up.
pub fn price_of(price_per_month: i64, months: i64) -> i64 {
    let hundredths = price_per_month * months * (100 - discount_percent(months));
    (hundredths + 50) / 100
}

/// What is left of a time that was worth `price`: its whole days still to come, of all its days.
pub fn credit(price: i64, starts_at: Timestamp, ends_at: Timestamp, now: Timestamp) -> i64 {
    let days = |from: Timestamp| (ends_at.micros() - from.micros()).div_euclid(MICROS_PER_DAY);
    let (left, all) = (days(now).max(0), days(starts_at).max(1));
    price * left.min(all) / all
}

/// A month of a subscription: the first instant, and the first one after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When the next one begins.
    pub ends_at: Timestamp,
}

impl Month {
    /// The month that runs at an instant, of a time of so many months. `None` before and after that time.
    pub fn at(starts_at: Timestamp, months: i64, now: Timestamp) -> Option<Self> {
        // Each is counted from the first day, so that the 31st comes back after a short month.
        (0..u32::try_from(months).ok()?)
            .map(|number| Self {
                starts_at: starts_at.months_later(number),
                ends_at: starts_at.months_later(number + 1),
            })
            .find(|month| (month.starts_at..month.ends_at).contains(&now))
    }
}

/// Of how much of a month the customer is told: 80 or 100 percent, or nothing yet.
pub fn warning(used: i64, limit: i64) -> Option<i64> {
    if used >= limit {
        Some(100)
    } else if used * 100 >= limit * 80 {
        Some(80)
    } else {
        None
    }
}

/// The name of a line that a plan pays for: `Swap, VB60 (Standard plan)`.
pub fn covered_line(line: &str, plan: &str) -> String {
    format!("{line} ({plan} plan)")
}

/// Where a subscription is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionState {
    /// Waits for its payment; covers nothing yet.
    Pending,
    /// Runs until its end.
    Active,
    /// Called off; lasts until its end all the same.
    Cancelled,
    /// Its time is over.
    Ended,
    /// Changed for another.
    Replaced,
    /// Never paid.
    Failed,
}

impl SubscriptionState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Active,
        Self::Cancelled,
        Self::Ended,
        Self::Replaced,
        Self::Failed,
    ];

    /// Its swaps can be used, as long as its time lasts.
    pub fn is_current(self) -> bool {
        matches!(self, Self::Active | Self::Cancelled)
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Cancelled => "cancelled",
            Self::Ended => "ended",
            Self::Replaced => "replaced",
            Self::Failed => "failed",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "Waiting for payment",
            Self::Active => "Active",
            Self::Cancelled => "Cancelled, lasts until its end",
            Self::Ended => "Ended",
            Self::Replaced => "Changed",
            Self::Failed => "Not paid",
        }
    }
}

impl FromStr for SubscriptionState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let state = Self::ALL.into_iter().find(|state| state.as_str() == text);
        state.ok_or_else(|| format!("{text} is no state of a subscription"))
    }
}

/// Why a plan does not pay for a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanRefusal {
    /// There is no plan.
    NoSubscription,
    /// The plan is over.
    NotActive,
    /// The plan is another operator's.
    OtherOperator,
    /// The month has fewer swaps left than are asked for.
    MonthlyLimit,
}

/// The sentence about a refusal; for a full month with what is left of it and the day on which the next begins.
pub fn refusal(reason: PlanRefusal, limit: i64, left: i64, renews_on: Option<&str>) -> String {
    match reason {
        PlanRefusal::NoSubscription => {
            "You have no plan with this operator. Subscribe to one to book here, or pay per swap where that is offered."
                .to_owned()
        }
        PlanRefusal::NotActive => "Your plan is over. Subscribe again to use it here.".to_owned(),
        PlanRefusal::OtherOperator => {
            "Your plan is of another operator and does not pay here. Pay per swap, or subscribe to a plan of this one."
                .to_owned()
        }
        PlanRefusal::MonthlyLimit => {
            let what = match left {
                ..=0 => format!("All {limit} swaps of your plan are used this month."),
                1 => format!("Your plan has 1 of {limit} swaps left this month, fewer than this booking needs."),
                _ => format!("Your plan has {left} of {limit} swaps left this month, fewer than this booking needs."),
            };
            match renews_on {
                Some(day) => format!("{what} The next month begins on {day}."),
                None => format!("{what} It ends with this month."),
            }
        }
    }
}

/// How a plan is called by programs: 1 to 32 small letters, digits, `-` and `_`, beginning with a letter.
pub fn is_key(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn longer_times_cost_less_a_month() {
        let cases = [
            (1, 79_900),
            (2, 159_800),
            (3, 227_715),
            (6, 431_460),
            (11, 791_010),
            (12, 767_040),
        ];
        for (months, price) in cases {
            assert_eq!(price_of(79_900, months), price, "{months} months");
        }
        assert_eq!(price_of(HIGHEST_PRICE, 12), 960_000_000);
        assert_eq!(price_of(1, 3), 3, "2.85 is rounded");
    }

    #[test]
    fn a_month_counts_from_the_day_it_was_bought() {
        let start = at("2026-12-31T10:00:00Z");
        let month = |now| Month::at(start, 3, at(now)).map(|month| month.starts_at.to_string());
        assert_eq!(month("2026-12-31T09:59:59Z"), None);
        assert_eq!(
            month("2026-12-31T10:00:00Z").as_deref(),
            Some("2026-12-31T10:00:00.000000Z")
        );
        assert_eq!(
            month("2027-02-28T09:59:59Z").as_deref(),
            Some("2027-01-31T10:00:00.000000Z")
        );
        assert_eq!(
            month("2027-02-28T10:00:00Z").as_deref(),
            Some("2027-02-28T10:00:00.000000Z")
        );
        assert_eq!(
            month("2027-03-31T09:59:59Z").as_deref(),
            Some("2027-02-28T10:00:00.000000Z")
        );
        assert_eq!(month("2027-03-31T10:00:00Z"), None);
    }

    #[test]
    fn a_change_credits_the_days_to_come() {
        let (start, end) = (at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z"));
        let credit_at = |now| credit(79_900, start, end, at(now));
        assert_eq!(credit_at("2026-11-01T00:00:00Z"), 79_900);
        assert_eq!(credit_at("2026-11-16T00:00:00Z"), 39_950);
        assert_eq!(
            credit_at("2026-11-16T00:00:01Z"),
            37_286,
            "a day that has begun is gone"
        );
        assert_eq!(credit_at("2026-12-01T00:00:00Z"), 0);
        assert_eq!(credit_at("2027-12-01T00:00:00Z"), 0);
    }

    #[test]
    fn the_customer_is_told_at_eighty_and_at_a_hundred_percent() {
        let told: Vec<_> = (7..=10).map(|used| warning(used, 10)).collect();
        assert_eq!(told, [None, Some(80), Some(80), Some(100)]);
        assert_eq!(warning(1, 1), Some(100));
        assert_eq!(warning(799, 999), None);
        assert_eq!(warning(800, 999), Some(80));
    }

    #[test]
    fn a_refusal_says_what_is_left_and_when_there_is_more() {
        let sentence = refusal(PlanRefusal::MonthlyLimit, 10, 0, Some("21 Dec 2026"));
        assert_eq!(
            sentence,
            "All 10 swaps of your plan are used this month. The next month begins on 21 Dec 2026."
        );
        assert!(refusal(PlanRefusal::MonthlyLimit, 10, 1, None).contains("1 of 10 swaps left"));
    }

    #[test]
    fn a_key_is_a_small_word() {
        for key in ["basic", "fleet-2", "a_b"] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "Basic", "2x", "a b", "é", &"a".repeat(33)] {
            assert!(!is_key(key), "{key}");
        }
    }

    proptest::proptest! {
        /// Nobody gains by buying a longer time and changing it again, and none of it is for less than nothing.
        #[test]
        fn prices_and_credits_stay_within_their_bounds(
            monthly in 0..=HIGHEST_PRICE,
            months in MONTHS,
            start in 0_i64..4_000_000_000_000_000,
            later in 0_i64..40_000_000_000_000,
            more in 0_i64..40_000_000_000_000,
        ) {
            let price = price_of(monthly, months);
            proptest::prop_assert!(price >= 0 && price <= monthly * months);
            proptest::prop_assert!(price * 100 + 50 >= monthly * months * 80);
            let start = Timestamp::from_micros(start);
            let end = start.months_later(u32::try_from(months).unwrap());
            let credit_after = |micros: i64| credit(price, start, end, Timestamp::from_micros(start.micros() + micros));
            let (first, then) = (credit_after(later), credit_after(later + more));
            proptest::prop_assert!(0 <= then && then <= first && first <= price);
        }

        /// Every instant of the time lies in exactly one month, and none outside of it does.
        #[test]
        fn the_months_cover_the_time_without_gaps(
            start in 0_i64..4_000_000_000_000_000,
            months in MONTHS,
            offset in 0_i64..40_000_000_000_000,
        ) {
            let start = Timestamp::from_micros(start);
            let end = start.months_later(u32::try_from(months).unwrap());
            let now = Timestamp::from_micros(start.micros() + offset);
            let month = Month::at(start, months, now);
            proptest::prop_assert_eq!(month.is_some(), now < end);
            if let Some(month) = month {
                proptest::prop_assert!(month.starts_at <= now && now < month.ends_at && month.ends_at <= end);
            }
        }
    }
}
