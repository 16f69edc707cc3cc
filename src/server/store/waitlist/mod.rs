//! Places in line at stations that are sold out. What changes them is in `change`, who gets the packs that become
//! free in `serve`; together they are the only place that writes to `waitlist_entry` and `offered_pack`.

mod change;
pub(super) mod check;
mod due;
mod failed;
mod serve;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{Engine, StoreError, Tx};
use crate::domain::{
    BatteryId, BatteryModelId, BookingId, HoldId, ItemKind, NotificationId, SlotNumber, StationId, Timestamp,
    UserId, WaitState, WaitlistEntryId,
};

pub use change::NewEntry;
pub use due::{due, next_due, stations_owing};
pub use serve::{Free, enough};

/// What a transaction did that concerns lines, until it is settled.
#[derive(Debug, Default)]
pub(super) struct LineChanges {
    /// Stations whose line is looked at again.
    pub touched: BTreeSet<StationId>,
    /// What was booked past whoever stands in line.
    pub booked: BTreeMap<StationId, BTreeSet<BatteryModelId>>,
}

/// So many packs; each of these models will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Which of her wishes.
    pub position: i64,
    /// Swap or take.
    pub kind: ItemKind,
    /// How many.
    pub quantity: i64,
    /// Of one of these.
    pub models: Vec<BatteryModelId>,
}

/// A pack that is claimed for somebody in line.
#[derive(Clone, Copy, Debug)]
pub struct OfferedPack {
    /// The claim.
    pub hold: HoldId,
    /// For which of her wishes.
    pub position: i64,
    /// Which pack.
    pub battery: BatteryId,
    /// Its model.
    pub model: BatteryModelId,
    /// Where it stands.
    pub slot: SlotNumber,
}

/// A place in line.
#[derive(Clone, Debug)]
pub struct EntryRecord {
    /// Id.
    pub id: WaitlistEntryId,
    /// Whose.
    pub user: UserId,
    /// What to call her.
    pub customer_name: String,
    /// Where.
    pub station: StationId,
    /// How far it is.
    pub state: WaitState,
    /// Rises with every change.
    pub version: i64,
    /// The vehicle, in capitals without blanks.
    pub vehicle: Option<String>,
    /// Since when.
    pub joined_at: Timestamp,
    /// Offers that she did not answer.
    pub missed: i64,
    /// When she did not answer last.
    pub missed_at: Option<Timestamp>,
    /// How often somebody behind her was served.
    pub overtaken: i64,
    /// How long her offers last.
    pub offer_for: Duration,
    /// The same, when many wait.
    pub busy_offer_for: Duration,
    /// How long her booking will hold its packs.
    pub hold_for: Duration,
    /// Until when she may answer.
    pub offer_until: Option<Timestamp>,
    /// Until when packs are kept together for her.
    pub gather_until: Option<Timestamp>,
    /// The message about her offer.
    pub notice: Option<NotificationId>,
    /// What became of it.
    pub booking: Option<BookingId>,
    /// What she wants.
    pub wishes: Vec<Wish>,
    /// What is claimed for her.
    pub packs: Vec<OfferedPack>,
}

impl EntryRecord {
    /// Whether both want packs of a model.
    pub fn competes_with(&self, other: &Self) -> bool {
        other.wishes.iter().any(|wish| self.wants_any_of(&wish.models))
    }

    /// Whether one of these will do for one of her wishes.
    pub fn wants_any_of<'m>(&self, models: impl IntoIterator<Item = &'m BatteryModelId>) -> bool {
        let wanted: BTreeSet<_> = self.wishes.iter().flat_map(|wish| &wish.models).collect();
        models.into_iter().any(|model| wanted.contains(model))
    }

    /// How many packs she wants.
    pub fn quantity(&self) -> i64 {
        self.wishes.iter().map(|wish| wish.quantity).sum()
    }

    /// What is still to be claimed for her.
    pub fn missing(&self) -> Vec<Wish> {
        let claimed = |wish: &Wish| {
            let packs = self.packs.iter().filter(|pack| pack.position == wish.position);
            i64::try_from(packs.count()).unwrap_or(i64::MAX)
        };
        let left = self.wishes.iter().map(|wish| Wish {
            quantity: wish.quantity - claimed(wish),
            ..wish.clone()
        });
        left.filter(|wish| wish.quantity > 0).collect()
    }
}

/// The places that `$which` names, in the order of the line.
macro_rules! select_entries {
    ($which:literal, $lock:literal) => {
        concat!(
            "SELECT waitlist_entry.id, waitlist_entry.user_id, users.name AS customer_name,
                 waitlist_entry.station_id, waitlist_entry.state, waitlist_entry.version, waitlist_entry.vehicle,
                 waitlist_entry.joined_at, waitlist_entry.missed, waitlist_entry.missed_at,
                 waitlist_entry.overtaken, waitlist_entry.offer_us, waitlist_entry.busy_offer_us,
                 waitlist_entry.hold_us, waitlist_entry.offer_until, waitlist_entry.gather_until,
                 waitlist_entry.notice_id, waitlist_entry.booking_id
             FROM waitlist_entry
             JOIN users ON users.id = waitlist_entry.user_id
             WHERE ",
            $which,
            " ORDER BY waitlist_entry.joined_at, waitlist_entry.id ",
            $lock
        )
    };
}

macro_rules! select_wishes {
    ($which:literal) => {
        concat!(
            "SELECT waitlist_wish.entry_id, waitlist_wish.position, waitlist_wish.kind, waitlist_wish.quantity,
                 waitlist_model.model_id
             FROM waitlist_entry
             JOIN waitlist_wish ON waitlist_wish.entry_id = waitlist_entry.id
             JOIN waitlist_model ON waitlist_model.entry_id = waitlist_wish.entry_id
                 AND waitlist_model.position = waitlist_wish.position
             WHERE ",
            $which,
            " ORDER BY waitlist_wish.entry_id, waitlist_wish.position, waitlist_model.model_id"
        )
    };
}

macro_rules! select_offered {
    ($which:literal) => {
        concat!(
            "SELECT offered_pack.entry_id, offered_pack.hold_id, offered_pack.position, offered_pack.battery_id,
                 battery.model_id, battery.slot
             FROM waitlist_entry
             JOIN offered_pack ON offered_pack.entry_id = waitlist_entry.id
             JOIN battery ON battery.id = offered_pack.battery_id
             WHERE ",
            $which,
            " ORDER BY offered_pack.entry_id, offered_pack.position, offered_pack.hold_id"
        )
    };
}

/// The three questions about the same places.
struct Question {
    entries: &'static str,
    wishes: &'static str,
    packs: &'static str,
}

macro_rules! question {
    ($which:literal, $lock:literal) => {
        Question {
            entries: select_entries!($which, $lock),
            wishes: select_wishes!($which),
            packs: select_offered!($which),
        }
    };
}

const ONE: Question = question!("waitlist_entry.id = $1", "");
const OF_USER: Question = question!(
    "waitlist_entry.user_id = $1 AND waitlist_entry.state IN ('waiting', 'offered')",
    ""
);
const OF_STATION: Question = question!(
    "waitlist_entry.station_id = $1 AND waitlist_entry.state IN ('waiting', 'offered')",
    ""
);
// Whoever is just changing a place is stepped over: to wait for her with the topic locked could be to wait in a
// circle, and she looks at the line again herself.
const OF_STATION_LOCKED: Question = question!(
    "waitlist_entry.station_id = $1 AND waitlist_entry.state IN ('waiting', 'offered')",
    "FOR NO KEY UPDATE OF waitlist_entry SKIP LOCKED"
);

/// One place in line, also one that is over.
pub async fn find(
    connection: &mut AnyConnection,
    entry: WaitlistEntryId,
) -> Result<Option<EntryRecord>, StoreError> {
    Ok(read(connection, &ONE, entry.0).await?.pop())
}

/// Where somebody stands in line.
pub async fn of_user(connection: &mut AnyConnection, user: UserId) -> Result<Vec<EntryRecord>, StoreError> {
    read(connection, &OF_USER, user.0).await
}

/// Who stands in line at a station, first come first.
pub async fn of_station(
    connection: &mut AnyConnection,
    station: StationId,
) -> Result<Vec<EntryRecord>, StoreError> {
    read(connection, &OF_STATION, station.0).await
}

/// For whom a pack is claimed that no booking holds.
pub async fn entry_offered(
    connection: &mut AnyConnection,
    hold: HoldId,
) -> Result<Option<WaitlistEntryId>, StoreError> {
    let row = sqlx::query("SELECT entry_id FROM offered_pack WHERE hold_id = $1")
        .bind(hold.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(WaitlistEntryId(row.plain("entry_id")?)))
        .transpose()
}

impl Tx<'_> {
    /// Who stands in line at a station, each place locked until commit.
    async fn lock_line(&mut self, station: StationId) -> Result<Vec<EntryRecord>, StoreError> {
        let question = match self.engine() {
            Engine::Sqlite => &OF_STATION,
            Engine::Postgres => &OF_STATION_LOCKED,
        };
        read(self.connection(), question, station.0).await
    }
}

async fn read(
    connection: &mut AnyConnection,
    question: &Question,
    id: i64,
) -> Result<Vec<EntryRecord>, StoreError> {
    let rows = sqlx::query(question.entries)
        .bind(id)
        .fetch_all(&mut *connection)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    let wishes = sqlx::query(question.wishes)
        .bind(id)
        .fetch_all(&mut *connection)
        .await?;
    let packs = sqlx::query(question.packs).bind(id).fetch_all(connection).await?;
    for entry in &mut entries {
        for row in of(entry.id, &wishes)? {
            add_wish(entry, row)?;
        }
        for row in of(entry.id, &packs)? {
            entry.packs.push(OfferedPack {
                hold: HoldId(row.plain("hold_id")?),
                position: row.plain("position")?,
                battery: BatteryId(row.plain("battery_id")?),
                model: BatteryModelId(row.plain("model_id")?),
                slot: SlotNumber(row.plain("slot")?),
            });
        }
    }
    Ok(entries)
}

fn of(entry: WaitlistEntryId, rows: &[AnyRow]) -> Result<Vec<&AnyRow>, StoreError> {
    let mut found = Vec::new();
    for row in rows {
        if row.plain::<i64>("entry_id")? == entry.0 {
            found.push(row);
        }
    }
    Ok(found)
}

/// One row a model: the first of a wish begins it.
fn add_wish(entry: &mut EntryRecord, row: &AnyRow) -> Result<(), StoreError> {
    let position = row.plain("position")?;
    let model = BatteryModelId(row.plain("model_id")?);
    match entry.wishes.last_mut().filter(|wish| wish.position == position) {
        Some(wish) => wish.models.push(model),
        None => entry.wishes.push(Wish {
            position,
            kind: row.word("kind")?,
            quantity: row.plain("quantity")?,
            models: vec![model],
        }),
    }
    Ok(())
}

fn entry(row: &AnyRow) -> Result<EntryRecord, StoreError> {
    let notice: Option<i64> = row.plain("notice_id")?;
    let booking: Option<i64> = row.plain("booking_id")?;
    let length = |column| -> Result<Duration, StoreError> {
        let micros: i64 = row.plain(column)?;
        Ok(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
    };
    Ok(EntryRecord {
        id: WaitlistEntryId(row.plain("id")?),
        user: UserId(row.plain("user_id")?),
        customer_name: row.plain("customer_name")?,
        station: StationId(row.plain("station_id")?),
        state: row.word("state")?,
        version: row.plain("version")?,
        vehicle: row.plain("vehicle")?,
        joined_at: row.instant("joined_at")?,
        missed: row.plain("missed")?,
        missed_at: row.instant_or_null("missed_at")?,
        overtaken: row.plain("overtaken")?,
        offer_for: length("offer_us")?,
        busy_offer_for: length("busy_offer_us")?,
        hold_for: length("hold_us")?,
        offer_until: row.instant_or_null("offer_until")?,
        gather_until: row.instant_or_null("gather_until")?,
        notice: notice.map(NotificationId),
        booking: booking.map(BookingId),
        wishes: Vec::new(),
        packs: Vec::new(),
    })
}
