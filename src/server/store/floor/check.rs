//! Questions about bays and swaps that must have no answer.

/// What is asked.
pub const CONTRADICTIONS: [&str; 4] = [
    "SELECT 'Session ' || CAST(swap_session.id AS TEXT) || ' in bay ' || CAST(swap_session.bay_id AS TEXT)
         || ' is open, but booking ' || CAST(booking.id AS TEXT) || ' is ' || booking.state || '.' AS finding
     FROM swap_session
     JOIN booking ON booking.id = swap_session.booking_id
     WHERE swap_session.closed_at IS NULL AND booking.state <> 'in_service'
     ORDER BY swap_session.id",
    "SELECT 'Session ' || CAST(swap_session.id AS TEXT) || ' is of station '
         || CAST(swap_session.station_id AS TEXT) || ', but its bay or its booking is of another.' AS finding
     FROM swap_session
     JOIN bay ON bay.id = swap_session.bay_id
     LEFT JOIN booking ON booking.id = swap_session.booking_id
     WHERE bay.station_id <> swap_session.station_id
        OR (booking.id IS NOT NULL AND booking.station_id <> swap_session.station_id)
     ORDER BY swap_session.id",
    "SELECT 'Bay ' || CAST(bay.id AS TEXT) || ' is kept for booking ' || CAST(booking.id AS TEXT)
         || ', which is ' || booking.state || CASE WHEN bay_line.booking_id IS NULL THEN ' and in no line.'
             ELSE '.' END AS finding
     FROM bay
     JOIN booking ON booking.id = bay.called_booking_id
     LEFT JOIN bay_line ON bay_line.booking_id = booking.id
     WHERE booking.state <> 'checked_in' OR bay_line.booking_id IS NULL
     ORDER BY bay.id",
    "SELECT 'Bay ' || CAST(bay.id AS TEXT) || ' is kept for somebody or cleared while session '
         || CAST(swap_session.id AS TEXT) || ' is open there.' AS finding
     FROM bay
     JOIN swap_session ON swap_session.bay_id = bay.id AND swap_session.closed_at IS NULL
     WHERE bay.called_booking_id IS NOT NULL OR bay.turn_over_until IS NOT NULL OR bay.condition <> 'in_use'
     ORDER BY bay.id",
];
