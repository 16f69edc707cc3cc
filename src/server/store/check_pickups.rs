//! Questions about places in half hours that must have no answer.

/// What is asked.
pub const CONTRADICTIONS: [&str; 2] = [
    "SELECT 'Item ' || CAST(pickup_seat.item_id AS TEXT) || ' has place ' || CAST(pickup_seat.seat AS TEXT)
         || ' of a half hour at station ' || CAST(pickup_seat.station_id AS TEXT) || ', but booking '
         || CAST(booking.id AS TEXT) || ' is ' || booking.state || CASE WHEN booking.pickup_at IS NULL
             THEN ' and not for later.' ELSE ' or for another time.' END AS finding
     FROM pickup_seat
     JOIN booking_item ON booking_item.id = pickup_seat.item_id
     JOIN booking ON booking.id = booking_item.booking_id
     WHERE booking.pickup_at IS NULL
        OR booking.pickup_at <> pickup_seat.slot_at
        OR booking.station_id <> pickup_seat.station_id
        OR (booking.state IN ('completed', 'declined', 'cancelled', 'expired', 'no_show', 'failed')
            AND NOT (booking.state = 'cancelled' AND booking.due_at IS NOT NULL))
     ORDER BY pickup_seat.item_id",
    "SELECT 'Booking ' || CAST(booking.id AS TEXT) || ' is ' || booking.state || ' for later and needs '
         || CAST(needed.packs AS TEXT) || ' places, but has ' || CAST(needed.places AS TEXT) || '.' AS finding
     FROM booking
     JOIN (SELECT booking_item.booking_id,
                  COUNT(booking_item.id) AS packs,
                  COUNT(pickup_seat.item_id) AS places
           FROM booking_item
           LEFT JOIN pickup_seat ON pickup_seat.item_id = booking_item.id
           WHERE booking_item.kind IN ('swap', 'take')
           GROUP BY booking_item.booking_id) AS needed ON needed.booking_id = booking.id
     WHERE booking.pickup_at IS NOT NULL
       AND booking.state IN ('requested', 'scheduled')
       AND needed.packs <> needed.places
     ORDER BY booking.id",
];
