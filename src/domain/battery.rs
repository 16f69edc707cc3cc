//! The pack: its charge, its health, its states and which changes between them are legal.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// State of charge from which a charging pack may be handed out, in %.
pub const MIN_DISPENSE_SOC: u8 = 90;
/// State of charge under which an available pack goes back to charging, in %. Lower than
/// [`MIN_DISPENSE_SOC`], so that a pack near the limit does not flutter.
pub const RECHARGE_SOC: u8 = 85;
/// State of health under which a pack is not handed out any more, in %.
pub const MIN_DISPENSE_SOH: u8 = 70;

/// A whole percentage, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Percent(u8);

impl Percent {
    /// 100 %.
    pub const FULL: Self = Self(100);

    /// Clamped to 0..=100.
    pub fn clamped(value: i64) -> Self {
        Self(u8::try_from(value.clamp(0, 100)).unwrap_or(100))
    }

    /// 0 to 100.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<i64> for Percent {
    type Error = &'static str;
    fn try_from(value: i64) -> Result<Self, Self::Error> {
        match u8::try_from(value) {
            Ok(value) if value <= 100 => Ok(Self(value)),
            _ => Err("A percentage is a whole number from 0 to 100."),
        }
    }
}

impl From<Percent> for i64 {
    fn from(percent: Percent) -> Self {
        percent.0.into()
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where in a station a pack stands: 1 to the number of slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlotNumber(pub i64);

impl SlotNumber {
    /// Slots in one cabinet.
    pub const PER_CABINET: i64 = 8;

    /// What is painted on the slot: cabinet letter and number in it, `A7`.
    pub fn label(self) -> String {
        let (cabinet, number) = (
            (self.0 - 1) / Self::PER_CABINET,
            (self.0 - 1) % Self::PER_CABINET + 1,
        );
        format!("{}{number}", Self::cabinet_letter(cabinet))
    }

    /// The letter of the n-th cabinet, counted from 0: A … Z, AA, AB …
    pub fn cabinet_letter(cabinet: i64) -> String {
        let letter = char::from(b'A' + u8::try_from(cabinet.max(0) % 26).unwrap_or(0));
        if cabinet < 26 {
            letter.to_string()
        } else {
            Self::cabinet_letter(cabinet / 26 - 1) + &letter.to_string()
        }
    }
}

/// How good a pack is, told to customers in place of its exact health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Grade {
    /// State of health 90 % or more.
    A,
    /// 80 % to 89 %.
    B,
    /// 70 % to 79 %.
    C,
    /// Below the limit for handing out.
    D,
}

impl Grade {
    /// The grade of a state of health.
    pub fn of(soh: Percent) -> Self {
        match soh.get() {
            90.. => Self::A,
            80..=89 => Self::B,
            MIN_DISPENSE_SOH..=79 => Self::C,
            _ => Self::D,
        }
    }

    /// The least state of health of this grade that is handed out.
    pub fn least_soh(self) -> Percent {
        match self {
            Self::A => Percent(90),
            Self::B => Percent(80),
            Self::C | Self::D => Percent(MIN_DISPENSE_SOH),
        }
    }
}

/// What is being done with a pack. "Held" is not among them: a hold is a claim on a pack, not a state of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatteryState {
    /// In a slot, below the dispense threshold.
    Charging,
    /// In a slot, charged and healthy.
    Available,
    /// With a customer.
    InUse,
    /// Back in a slot, waiting for the look that follows every return.
    Returned,
    /// In a slot, locked: damage, temperature, unknown serial, low health.
    Quarantined,
    /// Being repaired.
    Maintenance,
    /// On the way to another station.
    InTransit,
    /// Not returned in time.
    Lost,
    /// Taken out for good.
    Retired,
}

impl BatteryState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Charging,
        Self::Available,
        Self::InUse,
        Self::Returned,
        Self::Quarantined,
        Self::Maintenance,
        Self::InTransit,
        Self::Lost,
        Self::Retired,
    ];

    /// Whether a pack may go from this state to `next` (design: battery state machine).
    pub fn may_become(self, next: Self) -> bool {
        use BatteryState::{
            Available, Charging, InTransit, InUse, Lost, Maintenance, Quarantined, Retired, Returned,
        };
        match (self, next) {
            (InUse, Retired) => false,
            (Charging | Available | Returned | Quarantined | Maintenance | InTransit | Lost, Retired)
            | (Charging, Available | InTransit | Quarantined)
            | (Available, Charging | InUse | InTransit | Quarantined)
            | (InUse, Returned | Lost)
            | (Returned, Charging | Quarantined)
            | (Quarantined, Maintenance)
            | (Maintenance | InTransit, Charging)
            | (Lost, Returned) => true,
            _ => false,
        }
    }

    /// The state a pack takes in a slot from its charge and health, with the hysteresis that keeps a pack
    /// near the limit from fluttering.
    #[must_use]
    pub fn in_slot(self, soc: Percent, soh: Percent) -> Self {
        match self {
            Self::Charging if soc.get() >= MIN_DISPENSE_SOC && soh.get() >= MIN_DISPENSE_SOH => {
                Self::Available
            }
            Self::Available if soc.get() < RECHARGE_SOC => Self::Charging,
            other => other,
        }
    }

    /// Physically in a slot of a station.
    pub fn is_in_slot(self) -> bool {
        matches!(
            self,
            Self::Charging | Self::Available | Self::Returned | Self::Quarantined | Self::Maintenance
        )
    }

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Charging => "charging",
            Self::Available => "available",
            Self::InUse => "in_use",
            Self::Returned => "returned",
            Self::Quarantined => "quarantined",
            Self::Maintenance => "maintenance",
            Self::InTransit => "in_transit",
            Self::Lost => "lost",
            Self::Retired => "retired",
        }
    }
}

impl FromStr for BatteryState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let state = Self::ALL.into_iter().find(|state| state.as_str() == text);
        state.ok_or_else(|| format!("{text} is no state of a battery"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_never_jumps_over_the_look_that_follows_a_return() {
        use BatteryState::*;
        assert!(!InUse.may_become(Available));
        assert!(!Charging.may_become(InUse));
        assert!(!Quarantined.may_become(InUse));
        for next in BatteryState::ALL {
            assert!(!Retired.may_become(next), "retired is for good, not {next:?}");
        }
    }

    #[test]
    fn a_pack_near_the_limit_does_not_flutter() {
        let soh = Percent::clamped(95);
        let at = |state: BatteryState, soc| state.in_slot(Percent::clamped(soc), soh);
        assert_eq!(at(BatteryState::Charging, 89), BatteryState::Charging);
        assert_eq!(at(BatteryState::Charging, 90), BatteryState::Available);
        assert_eq!(at(BatteryState::Available, 86), BatteryState::Available);
        assert_eq!(at(BatteryState::Available, 84), BatteryState::Charging);
    }

    #[test]
    fn a_worn_pack_never_becomes_available() {
        let state = BatteryState::Charging.in_slot(Percent::FULL, Percent::clamped(69));
        assert_eq!(state, BatteryState::Charging);
    }

    #[test]
    fn slots_are_labelled_by_cabinet() {
        let label = |slot| SlotNumber(slot).label();
        assert_eq!(
            (label(1), label(8), label(9), label(16)),
            ("A1".into(), "A8".into(), "B1".into(), "B8".into())
        );
        assert_eq!(label(26 * 8 + 1), "AA1");
    }

    proptest::proptest! {
        #[test]
        fn a_grade_begins_at_its_least_health(soh in 0_i64..=100, other in 0_i64..=100) {
            let (soh, other) = (Percent::clamped(soh), Percent::clamped(other));
            let is_as_good = Grade::of(other) <= Grade::of(soh) && other.get() >= MIN_DISPENSE_SOH;
            proptest::prop_assert_eq!(other >= Grade::of(soh).least_soh(), is_as_good);
        }

        #[test]
        fn what_charge_and_health_do_to_a_pack_is_always_a_legal_step(
            state in 0..BatteryState::ALL.len(), soc in 0_i64..=100, soh in 0_i64..=100,
        ) {
            let state = BatteryState::ALL[state];
            let next = state.in_slot(Percent::clamped(soc), Percent::clamped(soh));
            proptest::prop_assert!(next == state || state.may_become(next));
        }
    }
}
