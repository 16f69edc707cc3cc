//! Ids, taken from the database in blocks and given out from memory, so that a transaction knows the id of a
//! row before it inserts it and two transactions never wait for each other over a counter.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sqlx::Row;

use super::{Cause, Db, StoreError, Tx, Work};
use crate::domain::Problem;

/// What an id is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdKind {
    /// Companies.
    Operator,
    /// People.
    User,
    /// Stations.
    Station,
    /// Places where a vehicle stands.
    Bay,
    /// What stations offer besides swaps.
    Service,
    /// Types of packs.
    BatteryModel,
    /// Packs.
    Battery,
    /// Bookings.
    Booking,
    /// Lines of bookings.
    Item,
    /// Claims.
    Hold,
    /// Messages.
    Notification,
    /// Attempts to pay.
    Payment,
    /// Ledger entries.
    Ledger,
    /// Audit rows.
    Audit,
    /// What operators sell by the month.
    Plan,
    /// Plans that somebody bought.
    Subscription,
    /// What people ride.
    Vehicle,
    /// Types of vehicles.
    VehicleType,
    /// What customers say about stations.
    Review,
    /// Swaps in bays.
    Session,
    /// What people counted at the end of a shift.
    CashCount,
    /// Places in line.
    WaitlistEntry,
    /// What staff have to do.
    Task,
    /// What is said to everybody at a station.
    StaffMessage,
}

impl IdKind {
    /// Ids that most transactions need; the others are fetched when first asked for.
    const COMMON: [Self; 7] = [
        Self::Booking,
        Self::Payment,
        Self::Item,
        Self::Hold,
        Self::Notification,
        Self::Audit,
        Self::Task,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::User => "user",
            Self::Station => "station",
            Self::Bay => "bay",
            Self::Service => "service",
            Self::BatteryModel => "battery_model",
            Self::Battery => "battery",
            Self::Booking => "booking",
            Self::Item => "item",
            Self::Hold => "hold",
            Self::Notification => "notification",
            Self::Payment => "payment",
            Self::Ledger => "ledger",
            Self::Audit => "audit",
            Self::Plan => "plan",
            Self::Subscription => "subscription",
            Self::Vehicle => "vehicle",
            Self::VehicleType => "vehicle_type",
            Self::Review => "review",
            Self::Session => "session",
            Self::CashCount => "cash_count",
            Self::WaitlistEntry => "waitlist_entry",
            Self::Task => "task",
            Self::StaffMessage => "staff_message",
        }
    }
}

const BLOCK: i64 = 64;
/// Fewer than this left: fetch another block before the next transaction.
const LOW: i64 = 24;

/// The ids at hand.
#[derive(Default)]
pub struct Ids {
    ranges: Mutex<HashMap<IdKind, Vec<std::ops::Range<i64>>>>,
    // One fetch at a time: ids of one process rise, as far as its transactions come one after the other.
    fetching: tokio::sync::Mutex<()>,
}

impl Ids {
    /// The next id, if one is at hand.
    pub fn next(&self, kind: IdKind) -> Result<i64, StoreError> {
        let mut ranges = self.ranges.lock().unwrap_or_else(PoisonError::into_inner);
        let blocks = ranges.entry(kind).or_default();
        while let Some(block) = blocks.first_mut() {
            if let Some(id) = block.next() {
                return Ok(id);
            }
            blocks.remove(0);
        }
        Err(StoreError::IdsExhausted(kind))
    }

    fn left(&self, kind: IdKind) -> i64 {
        let ranges = self.ranges.lock().unwrap_or_else(PoisonError::into_inner);
        ranges.get(&kind).map_or(0, |blocks| {
            blocks.iter().map(|block| block.end - block.start).sum()
        })
    }

    /// Fetches what runs low among the common kinds.
    pub async fn refill(&self, db: &Db) -> Result<(), Problem> {
        for kind in IdKind::COMMON {
            if self.left(kind) < LOW {
                self.fetch(db, kind, BLOCK).await?;
            }
        }
        Ok(())
    }

    /// Makes sure that at least `count` ids of a kind are at hand.
    pub async fn reserve(&self, db: &Db, kind: IdKind, count: i64) -> Result<(), Problem> {
        if self.left(kind) >= count {
            return Ok(());
        }
        self.fetch(db, kind, BLOCK.max(count)).await
    }

    /// Fetches more after a transaction ran dry, each time four times as many: it begins again from nothing,
    /// and may need more than any block holds.
    pub async fn fetch_more(&self, db: &Db, kind: IdKind, tries: u32) -> Result<(), Problem> {
        self.fetch(db, kind, BLOCK << (2 * tries.min(8))).await
    }

    async fn fetch(&self, db: &Db, kind: IdKind, size: i64) -> Result<(), Problem> {
        let _one_at_a_time = self.fetching.lock().await;
        let block = db
            .write_once(Cause::system("ids"), move |tx| take_block(tx, kind, size))
            .await?;
        let mut ranges = self.ranges.lock().unwrap_or_else(PoisonError::into_inner);
        ranges.entry(kind).or_default().push(block);
        Ok(())
    }
}

fn take_block<'t>(tx: &'t mut Tx<'_>, kind: IdKind, size: i64) -> Work<'t, std::ops::Range<i64>> {
    Box::pin(async move {
        let row = sqlx::query(
            "INSERT INTO id_block (kind, next) VALUES ($1, $2 + 1)
             ON CONFLICT (kind) DO UPDATE SET next = id_block.next + $2
             RETURNING next",
        )
        .bind(kind.name())
        .bind(size)
        .fetch_one(tx.connection())
        .await?;
        let next: i64 = row.try_get("next")?;
        Ok(next - size..next)
    })
}
