//! When one may come who books for later.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::codec::Plain;
use crate::domain::{Problem, StationId};

/// The days of a station, and the half hours of one of them. Empty where it takes no bookings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pickups {
    /// The days, as the address has them and as people read them.
    pub days: Vec<(String, String)>,
    /// The one whose half hours these are.
    pub day: String,
    /// Its half hours.
    pub times: Vec<PickupTime>,
}

/// One half hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickupTime {
    /// Its beginning, as the form sends it.
    pub at: String,
    /// Its clock time at the station.
    pub time: String,
    /// Weekday, day and clock time there.
    pub whole: String,
    /// Nobody else can come then.
    pub is_full: bool,
}

impl Pickups {
    /// The first half hour with a place.
    pub fn first_free(&self) -> Option<&PickupTime> {
        self.times.iter().find(|time| !time.is_full)
    }
}

/// The half hours of a day, or of the first with a place.
#[server(prefix = "/call", endpoint = "pickup_times", output = Plain)]
pub async fn see_pickups(
    /// Where.
    station: StationId,
    /// Which day, like 2026-11-21.
    day: Option<String>,
) -> Result<Pickups, Problem> {
    let app = super::app()?;
    pickups(&app, station, day.as_deref()).await.map_err(super::told)
}

#[cfg(feature = "ssr")]
pub(super) async fn pickups(
    app: &crate::server::App,
    station: StationId,
    day: Option<&str>,
) -> Result<Pickups, Problem> {
    use crate::protocol::rest::PickupSlotOut;
    use crate::server::days::Day;
    use crate::server::hours;
    use crate::server::service::bookings;

    // What is no day is as good as none: the address may say anything.
    let asked = day.and_then(|day| day.parse::<Day>().ok());
    let found = bookings::pickup_days(app, station, asked).await?;
    let zone = found.timezone;
    let today = Day::at(app.clock.now(), &zone);
    let named = |day: &Day| {
        let label = if *day == today {
            "Today".to_owned()
        } else {
            day.label(&zone)
        };
        (day.to_string(), label)
    };
    let time = |slot: &PickupSlotOut| {
        let offset = hours::utc_offset_minutes(&zone, slot.slot_time);
        PickupTime {
            at: slot.slot_time.to_string(),
            time: slot.slot_time.clock_time(offset),
            whole: slot.slot_time.day_and_time(offset),
            is_full: slot.booked_count >= slot.capacity,
        }
    };
    Ok(Pickups {
        days: found.days.iter().map(named).collect(),
        day: found.day.to_string(),
        times: found.slots.iter().map(time).collect(),
    })
}
