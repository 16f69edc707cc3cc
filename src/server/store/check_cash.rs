//! Questions about counted cash that must have no answer; asked with those of `check`.

/// What is asked.
pub(super) const CONTRADICTIONS: [&str; 2] = [
    "SELECT 'Cash count ' || CAST(cash_count.id AS TEXT) || ' expected '
         || CAST(cash_count.expected AS TEXT) || ', but the ledger has '
         || CAST(COALESCE(booked.amount, 0) AS TEXT) || ' for it.' AS finding
     FROM cash_count
     LEFT JOIN (SELECT cash_counted.count_id, CAST(SUM(ledger.amount) AS BIGINT) AS amount
                FROM cash_counted
                JOIN ledger ON ledger.id = cash_counted.ledger_id
                GROUP BY cash_counted.count_id) AS booked ON booked.count_id = cash_count.id
     WHERE cash_count.expected <> COALESCE(booked.amount, 0)
     ORDER BY cash_count.id",
    "SELECT 'Ledger entry ' || CAST(ledger.id AS TEXT) || ' is no cash of the till that cash count '
         || CAST(cash_count.id AS TEXT) || ' was about.' AS finding
     FROM cash_counted
     JOIN cash_count ON cash_count.id = cash_counted.count_id
     JOIN ledger ON ledger.id = cash_counted.ledger_id
     WHERE ledger.account <> 'cash'
        OR ledger.currency <> cash_count.currency
        OR ledger.station_id IS NULL OR ledger.station_id <> cash_count.station_id
        OR ledger.actor_id IS NULL OR ledger.actor_id <> cash_count.user_id
     ORDER BY ledger.id",
];
