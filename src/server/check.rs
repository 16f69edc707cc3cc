//! `voltbay check`: does the database contradict itself, or what the world was told?
//!
//! It only reads, and everything from one instant, so it may run beside a busy server.

use std::collections::BTreeMap;

use crate::domain::Problem;
use crate::protocol::ServerMessage;
use crate::protocol::inventory::Inventory;
use crate::server::App;
use crate::server::store::inventory;
use crate::server::store::{StoreError, check};

/// Every finding, one readable line each; none is good.
///
/// # Errors
/// When the database does not answer.
pub async fn findings(app: &App) -> Result<Vec<String>, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let mut findings = check::contradictions(&mut snapshot).await?;
    let told = check::last_told(&mut snapshot).await?;
    let stations = inventory::of_all(&mut snapshot, app.db.charge_speed()).await?;
    drop(snapshot);
    let told: BTreeMap<i64, String> = told.into_iter().collect();
    for station in &stations {
        let counts = station.counts();
        let (id, name) = (station.station.id, &station.station.name);
        if counts.available_batteries + counts.booked_batteries != counts.total_batteries {
            findings.push(format!(
                "Station {id} ({name}) has {} batteries, but {} available and {} booked.",
                counts.total_batteries, counts.available_batteries, counts.booked_batteries
            ));
        }
        if let Some(frame) = told.get(&id.0) {
            let difference = difference(frame, &counts)?;
            findings.extend(difference.map(|what| format!("Station {id} ({name}): {what}")));
        }
    }
    Ok(findings)
}

/// How what was told last differs from what is.
fn difference(frame: &str, now: &Inventory) -> Result<Option<String>, StoreError> {
    let ServerMessage::InventoryUpdate(told) = serde_json::from_str(frame)? else {
        return Ok(None);
    };
    let told = told.inventory;
    // What was told before bays were counted says nothing of them.
    let tells_of_bays = told.total_bays > 0;
    // Not the forecast: it depends on how fast the process that asks thinks that packs charge.
    let facts = |counts: &Inventory| {
        [
            ("available", counts.available_batteries),
            ("booked", counts.booked_batteries),
            ("total", counts.total_batteries),
            ("charging", counts.charging_batteries),
            ("free slots", counts.free_slots),
            ("slots", counts.total_slots),
            ("free bays", if tells_of_bays { counts.free_bays } else { 0 }),
            ("bays", if tells_of_bays { counts.total_bays } else { 0 }),
        ]
    };
    let counted = facts(&told)
        .into_iter()
        .zip(facts(now))
        .filter(|((_, told), (_, is))| told != is)
        .map(|((what, told), (_, is))| format!("{what} {told} was told, but it is {is}"));
    let mut differences: Vec<String> = counted.collect();
    if told.status != now.status {
        differences.push(format!(
            "status {} was told, but it is {}",
            told.status.as_str(),
            now.status.as_str()
        ));
    }
    if told.strip != now.strip || told.models != now.models {
        differences.push("the slots look different from what was told".to_owned());
    }
    Ok((!differences.is_empty()).then(|| format!("{}.", differences.join("; "))))
}
