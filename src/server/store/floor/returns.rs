//! What customers bring in a swap, line by line. A pack for which no slot is free waits for the one that the new pack
//! leaves.

use sqlx::AnyConnection;

use super::SessionRecord;
use super::session_change::overtaken_if_taken;
use crate::domain::{BatteryId, BatteryState, ItemId, Percent, SessionId, SlotNumber};
use crate::protocol::rest::ReturnOut;
use crate::server::store::row::Columns;
use crate::server::store::{StoreError, Tx};

/// What a customer brought for a line.
#[derive(Clone, Debug)]
pub enum CameBack {
    /// She had none.
    Nothing,
    /// This pack, and it is in.
    Pack(BatteryId),
    /// A pack for which no slot was free: it goes into the one that the new pack leaves.
    Waiting(WaitingPack),
}

/// A pack that stands beside the cabinet until a slot is free.
#[derive(Clone, Debug)]
pub struct WaitingPack {
    /// What stands on it.
    pub serial: String,
    /// Its charge.
    pub soc: Percent,
    /// What is broken.
    pub damage: Option<String>,
}

impl Tx<'_> {
    /// Notes what came back for a line.
    pub async fn note_return(
        &mut self,
        session: &SessionRecord,
        item: ItemId,
        what: &CameBack,
    ) -> Result<(), StoreError> {
        let (battery, waiting) = match what {
            CameBack::Nothing => (None, None),
            CameBack::Pack(battery) => (Some(battery.0), None),
            CameBack::Waiting(pack) => (None, Some(pack)),
        };
        let noted = sqlx::query(
            "INSERT INTO session_return
                 (session_id, item_id, battery_id, at, waiting_serial, waiting_soc, waiting_damage)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(session.id.0)
        .bind(item.0)
        .bind(battery)
        .bind(self.now().micros())
        .bind(waiting.map(|pack| pack.serial.clone()))
        .bind(waiting.map(|pack| i64::from(pack.soc)))
        .bind(waiting.and_then(|pack| pack.damage.clone()))
        .execute(self.connection())
        .await;
        noted.map_err(overtaken_if_taken)?;
        self.touch_session(session.id, session.bay, session.now.booking);
        Ok(())
    }

    /// A pack that waited for a slot is in now; false when somebody else noted it.
    pub async fn note_waited(
        &mut self,
        session: &SessionRecord,
        item: ItemId,
        battery: BatteryId,
    ) -> Result<bool, StoreError> {
        let noted = sqlx::query(
            "UPDATE session_return
             SET battery_id = $1, waiting_serial = NULL, waiting_soc = NULL, waiting_damage = NULL
             WHERE session_id = $2 AND item_id = $3 AND waiting_serial IS NOT NULL",
        )
        .bind(battery.0)
        .bind(session.id.0)
        .bind(item.0)
        .execute(self.connection())
        .await?;
        self.touch_session(session.id, session.bay, session.now.booking);
        Ok(noted.rows_affected() == 1)
    }
}

/// What came back, in its order.
pub async fn of(connection: &mut AnyConnection, session: SessionId) -> Result<Vec<ReturnOut>, StoreError> {
    let rows = sqlx::query(
        "SELECT session_return.item_id, session_return.battery_id, battery.slot, battery.state,
             COALESCE(battery.serial, session_return.waiting_serial) AS serial,
             CASE WHEN session_return.waiting_serial IS NULL THEN 0 ELSE 1 END AS is_waiting
         FROM session_return
         LEFT JOIN battery ON battery.id = session_return.battery_id
         WHERE session_return.session_id = $1
         ORDER BY session_return.at, session_return.item_id",
    )
    .bind(session.0)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let state: Option<BatteryState> = row.word_or_null("state")?;
            Ok(ReturnOut {
                item_id: ItemId(row.plain("item_id")?),
                battery_id: row.plain::<Option<i64>>("battery_id")?.map(BatteryId),
                serial: row.plain("serial")?,
                slot: row.plain::<Option<i64>>("slot")?.map(SlotNumber),
                is_locked: state == Some(BatteryState::Quarantined),
                is_waiting: row.flag("is_waiting")?,
            })
        })
        .collect()
}

/// The packs of a session that wait for a slot, with the lines they were brought for.
pub async fn waiting(
    connection: &mut AnyConnection,
    session: SessionId,
) -> Result<Vec<(ItemId, WaitingPack)>, StoreError> {
    let rows = sqlx::query(
        "SELECT item_id, waiting_serial, waiting_soc, waiting_damage
         FROM session_return
         WHERE session_id = $1 AND waiting_serial IS NOT NULL
         ORDER BY at, item_id",
    )
    .bind(session.0)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let pack = WaitingPack {
                serial: row.plain("waiting_serial")?,
                soc: Percent::clamped(row.plain("waiting_soc")?),
                damage: row.plain("waiting_damage")?,
            };
            Ok((ItemId(row.plain("item_id")?), pack))
        })
        .collect()
}
