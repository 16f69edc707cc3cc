//! One line of a booking as it stands in the database, and as each reader may see it.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::Audience;
use crate::domain::{
    BatteryId, BatteryModelId, BookingId, ItemId, ItemKind, ItemState, Percent, ServiceId, SlotNumber,
    Timestamp, UserId,
};
use crate::protocol::rest::BookingItemOut;
use crate::server::store::StoreError;
use crate::server::store::row::Columns;

/// One line.
#[derive(Clone, Debug)]
pub struct ItemRecord {
    /// Id.
    pub id: ItemId,
    /// What it is about.
    pub kind: ItemKind,
    /// What people read.
    pub name: String,
    /// Of which model.
    pub model: Option<BatteryModelId>,
    /// The pack promised for it.
    pub battery: Option<BatteryId>,
    serial: Option<String>,
    soc: Option<i64>,
    slot: Option<i64>,
    /// What it costs, minor units.
    pub price: i64,
    /// How far it is.
    pub state: ItemState,
    /// Which service.
    pub service: Option<ServiceId>,
    /// The half hour it is planned for.
    pub slot_at: Option<Timestamp>,
    /// Who is to do it.
    pub assignee: Option<UserId>,
    assignee_name: Option<String>,
    reason: Option<String>,
    lost_at: Option<Timestamp>,
}

impl ItemRecord {
    /// The line as its reader may see it.
    pub(super) fn to_out(&self, audience: Audience) -> BookingItemOut {
        BookingItemOut {
            id: self.id,
            kind: self.kind,
            name: self.name.clone(),
            model_id: self.model,
            battery_id: self.battery,
            battery_serial: self.serial.clone(),
            soc: self.soc.map(Percent::clamped),
            slot: self.slot.map(SlotNumber),
            quantity: 1,
            price: self.price,
            state: self.state,
            service_id: self.service,
            slot_at: self.slot_at,
            assignee: self.assignee_name.clone().filter(|_| audience == Audience::Staff),
            reason: self.reason.clone(),
        }
    }

    /// The serial number of the pack promised for it, and the slot that the pack is in.
    pub fn pack_and_slot(&self) -> Option<(&str, SlotNumber)> {
        Some((self.serial.as_deref()?, SlotNumber(self.slot?)))
    }

    /// Whether the pack promised for it failed, and no other has taken its place.
    pub(super) fn lacks_a_pack(&self) -> bool {
        self.lost_at.is_some() && self.state == ItemState::Pending
    }
}

/// The lines of a booking, in their order.
pub(super) async fn of_booking(
    connection: &mut AnyConnection,
    booking: BookingId,
) -> Result<Vec<ItemRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT booking_item.id, booking_item.kind, booking_item.name, booking_item.model_id,
             booking_item.battery_id, battery.serial, battery.soc, booking_item.slot, booking_item.price,
             booking_item.state, booking_item.service_id, booking_item.slot_at, booking_item.assignee_id,
             users.name AS assignee_name, booking_item.reason, booking_item.lost_at
         FROM booking_item
         LEFT JOIN battery ON battery.id = booking_item.battery_id
         LEFT JOIN users ON users.id = booking_item.assignee_id
         WHERE booking_item.booking_id = $1
         ORDER BY booking_item.position",
    )
    .bind(booking.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(item_record).collect()
}

fn item_record(row: &AnyRow) -> Result<ItemRecord, StoreError> {
    Ok(ItemRecord {
        id: ItemId(row.plain("id")?),
        kind: row.word("kind")?,
        name: row.plain("name")?,
        model: row.plain::<Option<i64>>("model_id")?.map(BatteryModelId),
        battery: row.plain::<Option<i64>>("battery_id")?.map(BatteryId),
        serial: row.plain("serial")?,
        soc: row.plain("soc")?,
        slot: row.plain("slot")?,
        price: row.plain("price")?,
        state: row.word("state")?,
        service: row.plain::<Option<i64>>("service_id")?.map(ServiceId),
        slot_at: row.instant_or_null("slot_at")?,
        assignee: row.plain::<Option<i64>>("assignee_id")?.map(UserId),
        assignee_name: row.plain("assignee_name")?,
        reason: row.plain("reason")?,
        lost_at: row.instant_or_null("lost_at")?,
    })
}
