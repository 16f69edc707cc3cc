//! Questions that must have no answer: each query finds rows that contradict each other and writes the
//! sentence about them itself.

use sqlx::AnyConnection;

use super::row::Columns;
use super::{StoreError, check_cash, check_payments, check_pickups, check_plans, floor, waitlist};

/// What is asked. The word `open` here means: still somebody's.
const CONTRADICTIONS: &[&str] = &[
    "SELECT 'Hold ' || CAST(hold.id AS TEXT) || ' of booking ' || CAST(hold.booking_id AS TEXT)
         || ' is open, but battery ' || CAST(hold.battery_id AS TEXT) || ' is claimed by '
         || COALESCE('hold ' || CAST(battery.hold_id AS TEXT), 'nobody') || '.' AS finding
     FROM hold
     JOIN battery ON battery.id = hold.battery_id
     WHERE hold.state IN ('active', 'releasing')
       AND (battery.hold_id IS NULL OR battery.hold_id <> hold.id)
     ORDER BY hold.id",
    "SELECT 'Battery ' || CAST(battery.id AS TEXT) || ' is claimed by hold ' || CAST(battery.hold_id AS TEXT)
         || ', which is ' || COALESCE(hold.state || ' and of battery ' || CAST(hold.battery_id AS TEXT), 'unknown')
         || '.' AS finding
     FROM battery
     LEFT JOIN hold ON hold.id = battery.hold_id
     WHERE battery.hold_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM offered_pack
                       WHERE offered_pack.hold_id = battery.hold_id AND offered_pack.battery_id = battery.id)
       AND (hold.id IS NULL OR hold.state NOT IN ('active', 'releasing') OR hold.battery_id <> battery.id)
     ORDER BY battery.id",
    "SELECT 'Booking ' || CAST(booking.id AS TEXT) || ' is ' || booking.state || ' and needs '
         || CAST(needed.packs AS TEXT) || ' packs, but holds ' || CAST(needed.held AS TEXT) || '.' AS finding
     FROM booking
     JOIN (SELECT booking_item.booking_id,
                  COUNT(booking_item.id) AS packs,
                  COUNT(hold.id) AS held
           FROM booking_item
           LEFT JOIN hold ON hold.item_id = booking_item.id AND hold.state IN ('active', 'releasing')
           WHERE booking_item.kind IN ('swap', 'take')
             AND booking_item.state IN ('pending', 'allocated', 'ready', 'returned_in')
             AND booking_item.lost_at IS NULL
           GROUP BY booking_item.booking_id) AS needed ON needed.booking_id = booking.id
     WHERE booking.state IN ('requested', 'confirmed', 'ready', 'checked_in', 'in_service')
       AND NOT (booking.state = 'requested' AND booking.pickup_at IS NOT NULL)
       AND needed.packs <> needed.held
     ORDER BY booking.id",
    "SELECT 'Booking ' || CAST(booking.id AS TEXT) || ' is ' || booking.state || ', but hold '
         || CAST(hold.id AS TEXT) || ' on battery ' || CAST(hold.battery_id AS TEXT) || ' is still '
         || hold.state || '.' AS finding
     FROM hold
     JOIN booking ON booking.id = hold.booking_id
     WHERE hold.state IN ('active', 'releasing')
       AND booking.state IN ('completed', 'declined', 'cancelled', 'expired', 'no_show', 'failed')
       AND NOT (booking.state = 'cancelled' AND hold.state = 'releasing' AND booking.due_at IS NOT NULL)
     ORDER BY hold.id",
    "SELECT 'Booking ' || CAST(booking.id AS TEXT) || ' is at station ' || CAST(booking.station_id AS TEXT)
         || ', but its battery ' || CAST(battery.id AS TEXT) || ' is '
         || COALESCE('at station ' || CAST(battery.station_id AS TEXT), 'in no slot') || '.' AS finding
     FROM hold
     JOIN booking ON booking.id = hold.booking_id
     JOIN battery ON battery.id = hold.battery_id
     WHERE hold.state IN ('active', 'releasing')
       AND (battery.station_id IS NULL OR battery.station_id <> booking.station_id)
     ORDER BY hold.id",
    "SELECT 'Item ' || CAST(booking_item.id AS TEXT) || ' of booking ' || CAST(hold.booking_id AS TEXT)
         || ' names battery ' || COALESCE(CAST(booking_item.battery_id AS TEXT), '-') || ' in slot '
         || COALESCE(CAST(booking_item.slot AS TEXT), '-') || ', but hold ' || CAST(hold.id AS TEXT)
         || ' is on battery ' || CAST(hold.battery_id AS TEXT) || ' in slot '
         || COALESCE(CAST(battery.slot AS TEXT), '-') || '.' AS finding
     FROM hold
     JOIN booking_item ON booking_item.id = hold.item_id
     JOIN battery ON battery.id = hold.battery_id
     WHERE hold.state IN ('active', 'releasing')
       AND (booking_item.battery_id IS NULL OR booking_item.battery_id <> hold.battery_id
            OR booking_item.slot IS NULL OR booking_item.slot <> battery.slot
            OR booking_item.booking_id <> hold.booking_id)
     ORDER BY hold.id",
    "SELECT 'Item ' || CAST(booking_item.id AS TEXT) || ' of booking ' || CAST(booking.id AS TEXT)
         || ' waits for a battery, but the booking is ' || booking.state || '.' AS finding
     FROM booking_item
     JOIN booking ON booking.id = booking_item.booking_id
     WHERE booking_item.lost_at IS NOT NULL AND booking_item.state = 'pending'
       AND booking.state NOT IN ('requested', 'confirmed', 'checked_in', 'in_service')
     ORDER BY booking_item.id",
    "SELECT 'Item ' || CAST(booking_item.id AS TEXT) || ' of booking ' || CAST(booking_item.booking_id AS TEXT)
         || ' has lost its battery, but names battery ' || CAST(booking_item.battery_id AS TEXT)
         || '.' AS finding
     FROM booking_item
     WHERE booking_item.lost_at IS NOT NULL AND booking_item.battery_id IS NOT NULL
     ORDER BY booking_item.id",
    "SELECT 'Booking ' || CAST(booking.id AS TEXT) || ' is ' || booking.state
         || ' and nothing will ever end it: no timer is set.' AS finding
     FROM booking
     WHERE booking.due_at IS NULL
       AND (booking.state IN ('requested', 'scheduled', 'confirmed', 'ready')
            OR (booking.state = 'cancelled' AND booking.undo_until IS NOT NULL))
     ORDER BY booking.id",
    "SELECT 'Battery ' || CAST(battery.id AS TEXT) || ' stands in slot ' || CAST(battery.slot AS TEXT)
         || ' of station ' || CAST(battery.station_id AS TEXT) || ', which has no such slot.' AS finding
     FROM battery
     LEFT JOIN slot ON slot.station_id = battery.station_id AND slot.number = battery.slot
     WHERE battery.station_id IS NOT NULL AND slot.number IS NULL
     ORDER BY battery.id",
    "SELECT 'Battery ' || CAST(battery.id AS TEXT) || ' is ' || battery.state || ' and with '
         || COALESCE('user ' || CAST(battery.holder_id AS TEXT), 'nobody') || '.' AS finding
     FROM battery
     WHERE (battery.state = 'in_use' AND battery.holder_id IS NULL)
        OR (battery.state NOT IN ('in_use', 'lost') AND battery.holder_id IS NOT NULL)
     ORDER BY battery.id",
    "SELECT 'Booking ' || CAST(booking.id AS TEXT) || ' is ' || booking.state || ', but its payment is '
         || booking.payment_state || '.' AS finding
     FROM booking
     WHERE (booking.state = 'completed' AND booking.payment_state NOT IN ('paid', 'waived',
                'refund_pending', 'refunded', 'partially_refunded'))
        OR (booking.state IN ('declined', 'cancelled', 'expired', 'no_show') AND booking.payment_state = 'due')
     ORDER BY booking.id",
    "SELECT 'Booking ' || CAST(booking.id AS TEXT) || ' costs ' || CAST(booking.total_amount AS TEXT)
         || ', but its items cost ' || CAST(items.price AS TEXT) || '.' AS finding
     FROM booking
     JOIN (SELECT booking_id, CAST(SUM(price) AS BIGINT) AS price
           FROM booking_item
           GROUP BY booking_id) AS items ON items.booking_id = booking.id
     WHERE items.price + booking.tax_amount + booking.charge_amount <> booking.total_amount
     ORDER BY booking.id",
    "SELECT 'Topic ' || topic.name || ' stands at ' || CAST(topic.seq AS TEXT) || ', but its events run from '
         || CAST(stored.low AS TEXT) || ' to ' || CAST(stored.high AS TEXT) || ' and are '
         || CAST(stored.number AS TEXT) || '.' AS finding
     FROM topic
     JOIN (SELECT topic, MIN(seq) AS low, MAX(seq) AS high, COUNT(*) AS number
           FROM event
           GROUP BY topic) AS stored ON stored.topic = topic.name
     WHERE stored.high <> topic.seq OR stored.number <> stored.high - stored.low + 1
     ORDER BY topic.name",
    "SELECT 'Station ' || CAST(station.id AS TEXT) || ' is rated by '
         || CAST(COALESCE(station_rating.reviews, 0) AS TEXT) || ' reviews with '
         || CAST(COALESCE(station_rating.stars, 0) AS TEXT) || ' stars, but has '
         || CAST(COALESCE(written.reviews, 0) AS TEXT) || ' with '
         || CAST(COALESCE(written.stars, 0) AS TEXT) || '.' AS finding
     FROM station
     LEFT JOIN station_rating ON station_rating.station_id = station.id
     LEFT JOIN (SELECT station_id, COUNT(*) AS reviews, CAST(SUM(rating) AS BIGINT) AS stars
                FROM review
                GROUP BY station_id) AS written ON written.station_id = station.id
     WHERE COALESCE(station_rating.reviews, 0) <> COALESCE(written.reviews, 0)
        OR COALESCE(station_rating.stars, 0) <> COALESCE(written.stars, 0)
     ORDER BY station.id",
    "SELECT 'Notification ' || CAST(id AS TEXT) || ' was read before it was written.' AS finding
     FROM notification
     WHERE read_at < created_at
     ORDER BY id",
];

/// Every contradiction, one sentence each.
pub async fn contradictions(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    let questions = CONTRADICTIONS
        .iter()
        .chain(&check_plans::CONTRADICTIONS)
        .chain(&check_payments::CONTRADICTIONS)
        .chain(&check_pickups::CONTRADICTIONS)
        .chain(&floor::check::CONTRADICTIONS)
        .chain(&check_cash::CONTRADICTIONS)
        .chain(&waitlist::check::CONTRADICTIONS);
    for &question in questions {
        for row in sqlx::query(question).fetch_all(&mut *connection).await? {
            findings.push(row.plain("finding")?);
        }
    }
    Ok(findings)
}

/// What the world was told last about each topic with counts: the newest `inventory_update` frame of every
/// station, with the station's id.
pub async fn last_told(connection: &mut AnyConnection) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = sqlx::query(
        "SELECT station.id, event.frame
         FROM station
         JOIN event ON event.topic = 'station:' || CAST(station.id AS TEXT)
         WHERE event.seq = (SELECT MAX(newest.seq)
                            FROM event AS newest
                            WHERE newest.topic = event.topic
                              AND newest.frame LIKE '{\"type\":\"inventory_update\"%')
         ORDER BY station.id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| Ok((row.plain("id")?, row.plain("frame")?)))
        .collect()
}
