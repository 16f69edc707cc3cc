//! Which stations somebody asked for, and which of them to offer first. Pure.

use std::cmp::Reverse;

use super::StationQuery;
use crate::domain::{BatteryModelId, Position, Problem, StationStatus};
use crate::protocol::rest::{Page, StationOut};

/// Rows a page.
const PAGE: usize = 50;
/// Longest search text.
const MAX_TEXT: usize = 200;

/// Refuses what makes no sense.
pub fn check(query: &StationQuery) -> Result<(), Problem> {
    if query
        .text
        .as_ref()
        .is_some_and(|text| text.chars().count() > MAX_TEXT)
    {
        return Err(Problem::invalid("q", "Search for at most 200 characters."));
    }
    let Some(radius) = query.radius_km else {
        return Ok(());
    };
    if query.near.is_none() {
        return Err(Problem::invalid(
            "radius_km",
            "A radius needs a position: give near as well.",
        ));
    }
    if !radius.is_finite() || radius <= 0.0 {
        return Err(Problem::invalid(
            "radius_km",
            "A radius is a number of kilometres above 0.",
        ));
    }
    Ok(())
}

/// Where a page begins.
pub fn start(cursor: Option<&str>) -> Result<usize, Problem> {
    let wrong = |_| Problem::invalid("cursor", "Give back the cursor as it came.");
    cursor.map_or(Ok(0), |cursor| cursor.parse().map_err(wrong))
}

/// The rows of one page.
pub fn page(stations: Vec<StationOut>, start: usize) -> Page<StationOut> {
    let next = start.saturating_add(PAGE);
    Page {
        next: (next < stations.len()).then(|| next.to_string()),
        items: stations.into_iter().skip(start).take(PAGE).collect(),
    }
}

/// The stations that fit, best choice first.
pub fn best_first(mut stations: Vec<StationOut>, query: &StationQuery) -> Vec<StationOut> {
    if let Some(near) = query.near {
        for station in &mut stations {
            station.distance_m = Some(distance(station, near));
        }
    }
    let words = words(query.text.as_deref());
    stations.retain(|station| {
        words.iter().all(|word| mentions(station, word))
            && is_within(station, query.radius_km)
            && query
                .models
                .as_deref()
                .is_none_or(|models| has_one(station, models))
            && (!query.available || ready(station, query.models.as_deref()) > 0)
    });
    stations.sort_by_cached_key(|station| {
        (
            serving_rank(station.inventory.status),
            station.distance_m.unwrap_or(0),
            Reverse(ready(station, query.models.as_deref())),
            station.name.clone(),
            station.id,
        )
    });
    stations
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "half the earth's girth in metres fits"
)]
fn distance(station: &StationOut, near: Position) -> i64 {
    let there = Position {
        latitude: station.latitude,
        longitude: station.longitude,
    };
    near.distance_m(there).round() as i64
}

fn words(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default()
        .split_whitespace()
        .map(str::to_lowercase)
        .collect()
}

fn mentions(station: &StationOut, word: &str) -> bool {
    [&station.name, &station.address, &station.city]
        .into_iter()
        .any(|text| text.to_lowercase().contains(word))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "half the earth's girth in metres is exact"
)]
fn is_within(station: &StationOut, radius_km: Option<f64>) -> bool {
    match (station.distance_m, radius_km) {
        (Some(metres), Some(radius)) => metres as f64 <= radius * 1000.0,
        _ => true,
    }
}

fn has_one(station: &StationOut, models: &[BatteryModelId]) -> bool {
    let counts = &station.inventory.models;
    counts.iter().any(|count| models.contains(&count.model_id))
}

fn ready(station: &StationOut, models: Option<&[BatteryModelId]>) -> i64 {
    let Some(models) = models else {
        return station.inventory.available_batteries;
    };
    let counts = station.inventory.models.iter();
    let asked = counts.filter(|count| models.contains(&count.model_id));
    asked.map(|count| count.available).sum()
}

fn serving_rank(status: StationStatus) -> u8 {
    match status {
        StationStatus::Online => 0,
        StationStatus::Paused => 1,
        StationStatus::Closed => 2,
        StationStatus::Maintenance | StationStatus::Offline => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::StationId;
    use crate::protocol::inventory::{Inventory, ModelCount};

    fn station(id: i64, name: &str, east: f64, ready: i64, status: StationStatus) -> StationOut {
        let model = ModelCount {
            model_id: BatteryModelId(1),
            name: "VB60".into(),
            available: ready,
            charging: 0,
        };
        StationOut {
            id: StationId(id),
            name: name.into(),
            address: format!("{id} Main Road"),
            city: "Kochi".into(),
            latitude: 10.0,
            longitude: 76.0 + east,
            timezone: "UTC".into(),
            utc_offset_minutes: 0,
            opening_hours: "24/7".into(),
            hours_change_at: None,
            status_message: None,
            needs_approval: false,
            inventory: Inventory {
                available_batteries: ready,
                booked_batteries: 0,
                total_batteries: ready,
                charging_batteries: 0,
                free_slots: 0,
                total_slots: ready,
                free_bays: 0,
                total_bays: 0,
                next_available_at: None,
                models: vec![model],
                status,
                strip: String::new(),
            },
            rating_average: None,
            rating_count: 0,
            distance_m: None,
            epoch: String::new(),
            seq: 0,
        }
    }

    fn network() -> Vec<StationOut> {
        vec![
            station(1, "Far", 0.3, 9, StationStatus::Online),
            station(2, "Near", 0.01, 2, StationStatus::Online),
            station(3, "Empty", 0.02, 0, StationStatus::Online),
            station(4, "Paused", 0.0, 9, StationStatus::Paused),
        ]
    }

    fn order(query: &StationQuery) -> Vec<i64> {
        best_first(network(), query)
            .iter()
            .map(|station| station.id.0)
            .collect()
    }

    #[test]
    fn without_a_position_the_fullest_station_that_serves_comes_first() {
        assert_eq!(order(&StationQuery::default()), [1, 2, 3, 4]);
    }

    #[test]
    fn with_a_position_the_nearest_station_that_serves_comes_first() {
        let near = Position::new(10.0, 76.0);
        assert_eq!(
            order(&StationQuery {
                near,
                ..StationQuery::default()
            }),
            [2, 3, 1, 4]
        );
        let query = StationQuery {
            near,
            radius_km: Some(5.0),
            available: true,
            ..StationQuery::default()
        };
        assert_eq!(order(&query), [2, 4]);
    }

    #[test]
    fn every_word_must_occur_somewhere() {
        let text = |text: &str| StationQuery {
            text: Some(text.into()),
            ..StationQuery::default()
        };
        assert_eq!(order(&text("KOCHI near")), [2]);
        assert_eq!(order(&text("near mars")), [0; 0]);
    }

    #[test]
    fn a_model_nobody_has_is_found_nowhere() {
        let models = |ids: &[i64]| StationQuery {
            models: Some(ids.iter().copied().map(BatteryModelId).collect()),
            ..StationQuery::default()
        };
        assert_eq!(order(&models(&[1])).len(), 4);
        assert_eq!(order(&models(&[2, 1])).len(), 4);
        assert_eq!(order(&models(&[2])).len(), 0);
        assert_eq!(order(&models(&[])).len(), 0);
    }

    #[test]
    fn pages_follow_each_other_without_a_gap() {
        let all: Vec<_> = (0..120)
            .map(|id| station(id, "S", 0.0, 1, StationStatus::Online))
            .collect();
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = page(all.clone(), start(cursor.as_deref()).unwrap());
            seen.extend(page.items.iter().map(|station| station.id.0));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..120).collect::<Vec<_>>());
        assert!(start(Some("x")).is_err());
    }
}
