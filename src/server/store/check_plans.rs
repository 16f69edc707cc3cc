//! Questions about plans that must have no answer; asked with those of `check`.

/// What is asked.
pub(super) const CONTRADICTIONS: [&str; 7] = [
    "SELECT 'Subscription ' || CAST(subscription.id AS TEXT) || ' is ' || subscription.state || ' and costs '
         || CAST(subscription.price_paid AS TEXT) || ', but its payment is '
         || COALESCE(plan_payment.state || ' over ' || CAST(plan_payment.amount AS TEXT), 'none') || '.' AS finding
     FROM subscription
     LEFT JOIN plan_payment ON plan_payment.subscription_id = subscription.id
     WHERE (subscription.paid_online = 1 OR plan_payment.id IS NOT NULL)
       AND (plan_payment.id IS NULL
            OR subscription.paid_online = 0
            OR plan_payment.amount <> subscription.price_paid
            OR (subscription.state = 'pending') <> (plan_payment.state = 'pending')
            OR (subscription.state IN ('active', 'cancelled', 'ended', 'replaced')) <> (plan_payment.state = 'paid'))
     ORDER BY subscription.id",
    "SELECT 'Subscription ' || CAST(id AS TEXT) || ' waits for a payment that nobody takes.' AS finding
     FROM subscription
     WHERE state = 'pending' AND paid_online = 0
     ORDER BY id",
    "SELECT 'Payment ' || CAST(plan_payment.id AS TEXT) || ' is ' || plan_payment.state || ' over '
         || CAST(plan_payment.amount AS TEXT) || ', ' || CAST(plan_payment.refunded AS TEXT)
         || ' of it refunded, but the ledger has ' || CAST(COALESCE(booked.amount, 0) AS TEXT) || ' of it.' AS finding
     FROM plan_payment
     LEFT JOIN (SELECT plan_payment_id, CAST(SUM(amount) AS BIGINT) AS amount
                FROM ledger
                WHERE account IN ('cash', 'provider')
                GROUP BY plan_payment_id) AS booked ON booked.plan_payment_id = plan_payment.id
     WHERE COALESCE(booked.amount, 0) <> CASE
         WHEN plan_payment.state IN ('paid', 'refund_pending', 'refunded', 'refund_failed')
         THEN plan_payment.amount - plan_payment.refunded ELSE 0 END
     ORDER BY plan_payment.id",
    "SELECT 'Month ' || CAST(plan_month.starts_at AS TEXT) || ' of subscription '
         || CAST(plan_month.subscription_id AS TEXT) || ' has ' || CAST(plan_month.used AS TEXT)
         || ' swaps used, but its bookings used ' || CAST(COALESCE(counted.swaps, 0) AS TEXT) || '.' AS finding
     FROM plan_month
     LEFT JOIN (SELECT subscription_id, month_starts_at, CAST(SUM(swaps) AS BIGINT) AS swaps
                FROM plan_use
                WHERE state = 'used'
                GROUP BY subscription_id, month_starts_at) AS counted
            ON counted.subscription_id = plan_month.subscription_id
           AND counted.month_starts_at = plan_month.starts_at
     WHERE plan_month.used <> COALESCE(counted.swaps, 0)
     ORDER BY plan_month.subscription_id, plan_month.starts_at",
    "SELECT 'Booking ' || CAST(booking.id AS TEXT) || ' is waived by a plan, but used no swap of one.' AS finding
     FROM booking
     LEFT JOIN plan_use ON plan_use.booking_id = booking.id
     WHERE booking.payment_method = 'plan'
       AND booking.payment_state = 'waived'
       AND plan_use.booking_id IS NULL
     ORDER BY booking.id",
    "SELECT 'Booking ' || CAST(booking.id AS TEXT) || ' is ' || booking.state || ', but its swaps are '
         || REPLACE(plan_use.state, '_', ' ') || '.' AS finding
     FROM plan_use
     JOIN booking ON booking.id = plan_use.booking_id
     WHERE (plan_use.state = 'used' AND booking.state IN ('declined', 'cancelled', 'expired'))
        OR (plan_use.state = 'given_back'
            AND booking.state NOT IN ('declined', 'cancelled', 'expired', 'failed'))
     ORDER BY booking.id",
    "SELECT 'Booking ' || CAST(booking.id AS TEXT) || ' used a plan of user ' || CAST(subscription.user_id AS TEXT)
         || ' with operator ' || CAST(subscription.operator_id AS TEXT) || ', but is of user '
         || CAST(booking.user_id AS TEXT) || ' with operator ' || CAST(station.operator_id AS TEXT) || '.' AS finding
     FROM plan_use
     JOIN subscription ON subscription.id = plan_use.subscription_id
     JOIN booking ON booking.id = plan_use.booking_id
     JOIN station ON station.id = booking.station_id
     WHERE subscription.user_id <> booking.user_id OR subscription.operator_id <> station.operator_id
     ORDER BY booking.id",
];
