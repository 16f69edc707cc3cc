//! Questions about lines that must have no answer (see `store::check`).

/// An offer holds what it says, and nothing else does.
pub const CONTRADICTIONS: [&str; 5] = [
    "SELECT 'Offered pack ' || CAST(offered_pack.hold_id AS TEXT) || ' of place ' || CAST(offered_pack.entry_id AS TEXT)
         || ' is battery ' || CAST(battery.id AS TEXT) || ', which is claimed by '
         || COALESCE('hold ' || CAST(battery.hold_id AS TEXT), 'nobody') || '.' AS finding
     FROM offered_pack
     JOIN battery ON battery.id = offered_pack.battery_id
     WHERE battery.hold_id IS NULL OR battery.hold_id <> offered_pack.hold_id
     ORDER BY offered_pack.hold_id",
    "SELECT 'Offered pack ' || CAST(offered_pack.hold_id AS TEXT) || ' belongs to place '
         || CAST(waitlist_entry.id AS TEXT) || ', which is ' || waitlist_entry.state || '.' AS finding
     FROM offered_pack
     JOIN waitlist_entry ON waitlist_entry.id = offered_pack.entry_id
     WHERE waitlist_entry.state <> 'offered'
       AND NOT (waitlist_entry.state = 'waiting' AND waitlist_entry.gather_until IS NOT NULL)
     ORDER BY offered_pack.hold_id",
    "SELECT 'Place ' || CAST(waitlist_entry.id AS TEXT) || ' is offered '
         || CAST(COALESCE(offered.packs, 0) AS TEXT) || ' packs, but wants ' || CAST(wanted.packs AS TEXT)
         || '.' AS finding
     FROM waitlist_entry
     JOIN (SELECT entry_id, CAST(SUM(quantity) AS BIGINT) AS packs
           FROM waitlist_wish
           GROUP BY entry_id) AS wanted ON wanted.entry_id = waitlist_entry.id
     LEFT JOIN (SELECT entry_id, COUNT(*) AS packs
                FROM offered_pack
                GROUP BY entry_id) AS offered ON offered.entry_id = waitlist_entry.id
     WHERE waitlist_entry.state = 'offered' AND COALESCE(offered.packs, 0) <> wanted.packs
     ORDER BY waitlist_entry.id",
    "SELECT 'Offered pack ' || CAST(offered_pack.hold_id AS TEXT) || ' is battery '
         || CAST(battery.id AS TEXT) || ' of a model or at a station that place '
         || CAST(waitlist_entry.id AS TEXT) || ' does not wait for.' AS finding
     FROM offered_pack
     JOIN waitlist_entry ON waitlist_entry.id = offered_pack.entry_id
     JOIN battery ON battery.id = offered_pack.battery_id
     WHERE battery.station_id IS NULL OR battery.station_id <> waitlist_entry.station_id
        OR NOT EXISTS (SELECT 1 FROM waitlist_model
                       WHERE waitlist_model.entry_id = offered_pack.entry_id
                         AND waitlist_model.position = offered_pack.position
                         AND waitlist_model.model_id = battery.model_id)
     ORDER BY offered_pack.hold_id",
    "SELECT 'Place ' || CAST(waitlist_entry.id AS TEXT) || ' was accepted, but booking '
         || CAST(booking.id AS TEXT) || ' is somebody else''s or elsewhere.' AS finding
     FROM waitlist_entry
     JOIN booking ON booking.id = waitlist_entry.booking_id
     WHERE booking.user_id <> waitlist_entry.user_id OR booking.station_id <> waitlist_entry.station_id
     ORDER BY waitlist_entry.id",
];
