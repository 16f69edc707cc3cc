//! Questions about money that must have no answer.

/// What is asked.
pub const CONTRADICTIONS: [&str; 6] = [
    "SELECT 'Booking ' || CAST(id AS TEXT) || ' is ' || state || ', but still waits for its payment.' AS finding
     FROM booking
     WHERE awaits_payment = 1 AND state IN ('confirmed', 'ready', 'checked_in', 'in_service', 'completed')
     ORDER BY id",
    "SELECT 'Posting ' || CAST(posting AS TEXT) || ' of payment ' || CAST(MIN(COALESCE(payment_id, plan_payment_id)) AS TEXT)
         || ' does not balance: ' || CAST(CAST(SUM(amount) AS BIGINT) AS TEXT) || ' is left over.' AS finding
     FROM ledger
     GROUP BY posting
     HAVING SUM(amount) <> 0
     ORDER BY posting",
    "SELECT 'Payment ' || CAST(payment.id AS TEXT) || ' is ' || payment.state || ' over '
         || CAST(payment.amount AS TEXT) || ', ' || CAST(payment.refunded AS TEXT)
         || ' of it refunded, but the ledger has ' || CAST(COALESCE(booked.amount, 0) AS TEXT) || ' of it.' AS finding
     FROM payment
     LEFT JOIN (SELECT payment_id, CAST(SUM(amount) AS BIGINT) AS amount
                FROM ledger
                WHERE account IN ('cash', 'provider')
                GROUP BY payment_id) AS booked ON booked.payment_id = payment.id
     WHERE COALESCE(booked.amount, 0) <> CASE
         WHEN payment.state IN ('paid', 'refund_pending', 'refunded', 'partially_refunded', 'refund_failed')
         THEN payment.amount - payment.refunded ELSE 0 END
     ORDER BY payment.id",
    "SELECT 'Booking ' || CAST(booking.id AS TEXT) || ' says that its payment is ' || booking.payment_state
         || ', but payment ' || CAST(payment.id AS TEXT) || ' is ' || payment.state || '.' AS finding
     FROM booking
     JOIN payment ON payment.id = booking.payment_id
     WHERE payment.state <> booking.payment_state
     ORDER BY booking.id",
    "SELECT 'Payment ' || CAST(payment.id AS TEXT) || ' is over ' || CAST(payment.amount AS TEXT)
         || ' and still due, but booking ' || CAST(booking.id AS TEXT) || ' costs '
         || CAST(booking.total_amount AS TEXT) || '.' AS finding
     FROM booking
     JOIN payment ON payment.id = booking.payment_id
     WHERE payment.state IN ('due', 'cash_declared', 'pending') AND payment.amount <> booking.total_amount
     ORDER BY booking.id",
    "SELECT 'Station ' || CAST(station.id AS TEXT) || ' gave its last receipt the number '
         || CAST(station.last_receipt AS TEXT) || ', but has ' || CAST(COUNT(payment.id) AS TEXT)
         || ' receipts.' AS finding
     FROM station
     LEFT JOIN payment ON payment.station_id = station.id AND payment.receipt_number IS NOT NULL
     GROUP BY station.id, station.last_receipt
     HAVING COUNT(payment.id) <> station.last_receipt
     ORDER BY station.id",
];
