-- Paying online, by card or QR, through a payment service; and bookings that are confirmed by being paid.

ALTER TABLE station ADD COLUMN needs_prepayment BIGINT NOT NULL DEFAULT 0 CHECK (needs_prepayment IN (0, 1));

-- What a request still waits for. It is confirmed when neither is left.
ALTER TABLE booking ADD COLUMN awaits_approval BIGINT NOT NULL DEFAULT 0 CHECK (awaits_approval IN (0, 1));
ALTER TABLE booking ADD COLUMN awaits_payment BIGINT NOT NULL DEFAULT 0 CHECK (awaits_payment IN (0, 1));
UPDATE booking SET awaits_approval = 1 WHERE state = 'requested' OR cancelled_from = 'requested';

-- More states than before. SQLite changes no CHECK in place.
ALTER TABLE booking ADD COLUMN pay_state TEXT NOT NULL DEFAULT 'due'
    CHECK (pay_state IN ('due', 'cash_declared', 'pending', 'paid', 'rejected', 'failed', 'expired', 'stuck',
        'cancelled', 'waived', 'refund_pending', 'refunded', 'partially_refunded', 'refund_failed'));
UPDATE booking SET pay_state = payment_state;
ALTER TABLE booking DROP COLUMN payment_state;
ALTER TABLE booking RENAME COLUMN pay_state TO payment_state;

-- One attempt to pay. A booking names the one that counts; those that came to nothing stay in the record.
CREATE TABLE payment_attempt (
    id              BIGINT NOT NULL PRIMARY KEY,
    booking_id      BIGINT NOT NULL REFERENCES booking (id),
    station_id      BIGINT NOT NULL REFERENCES station (id),
    method          TEXT   NOT NULL CHECK (method IN ('cash', 'card', 'qr', 'plan')),
    state           TEXT   NOT NULL CHECK (state IN ('due', 'cash_declared', 'pending', 'paid', 'rejected', 'failed',
        'expired', 'stuck', 'cancelled', 'waived', 'refund_pending', 'refunded', 'partially_refunded',
        'refund_failed')),
    amount          BIGINT NOT NULL CHECK (amount >= 0),
    currency        TEXT   NOT NULL,
    received        BIGINT CHECK (received >= amount),
    change_given    BIGINT CHECK (change_given >= 0),
    verified_by     BIGINT REFERENCES users (id),
    verified_at     BIGINT,
    declared_at     BIGINT,
    refund_due      BIGINT NOT NULL DEFAULT 0 CHECK (refund_due >= 0),
    refunded        BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= amount),
    receipt_number  BIGINT,
    reason          TEXT,
    created_at      BIGINT NOT NULL,
    -- Through which payment service, the name it knows the payment by, and where the customer pays.
    provider        TEXT,
    reference       TEXT,
    checkout_url    TEXT,
    -- When the server asks the service what became of it, or gives money back.
    due_at          BIGINT,
    CHECK (received IS NULL OR change_given = received - amount),
    UNIQUE (station_id, receipt_number),
    UNIQUE (provider, reference)
);
INSERT INTO payment_attempt (id, booking_id, station_id, method, state, amount, currency, received, change_given,
    verified_by, verified_at, declared_at, refund_due, refunded, receipt_number, reason, created_at)
SELECT id, booking_id, station_id, method, state, amount, currency, received, change_given,
    verified_by, verified_at, declared_at, refund_due, refunded, receipt_number, reason, created_at
FROM payment;

CREATE TABLE ledger_entry (
    id          BIGINT NOT NULL PRIMARY KEY,
    posting     BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    -- 'provider' is money that a payment service holds for the operator.
    account     TEXT   NOT NULL CHECK (account IN ('cash', 'provider', 'revenue', 'tax', 'service_charge')),
    -- Minor units; what comes in is positive in 'cash' and 'provider', and negative where it came from.
    amount      BIGINT NOT NULL,
    currency    TEXT   NOT NULL,
    station_id  BIGINT NOT NULL REFERENCES station (id),
    payment_id  BIGINT NOT NULL REFERENCES payment_attempt (id),
    actor_id    BIGINT REFERENCES users (id)
);
INSERT INTO ledger_entry (id, posting, at, account, amount, currency, station_id, payment_id, actor_id)
SELECT id, posting, at, account, amount, currency, station_id, payment_id, actor_id
FROM ledger;

DROP TABLE ledger;
DROP TABLE payment;
ALTER TABLE payment_attempt RENAME TO payment;
ALTER TABLE ledger_entry RENAME TO ledger;

CREATE INDEX payment_by_booking ON payment (booking_id);
CREATE INDEX payment_by_station ON payment (station_id, created_at, id);
CREATE INDEX payment_by_due ON payment (due_at) WHERE due_at IS NOT NULL;
-- A booking is paid once. Money that came too late is not among these: it goes back.
CREATE UNIQUE INDEX payment_live ON payment (booking_id)
    WHERE state IN ('due', 'cash_declared', 'pending', 'paid', 'waived');
CREATE INDEX ledger_by_payment ON ledger (payment_id, id);
CREATE INDEX ledger_by_posting ON ledger (posting);

-- The books of the built-in test service, which plays a payment service of another house: what was asked of it, and
-- what whoever pays chose to happen.
CREATE TABLE test_checkout (
    reference   TEXT   NOT NULL PRIMARY KEY,
    payment_id  BIGINT NOT NULL UNIQUE,
    amount      BIGINT NOT NULL,
    currency    TEXT   NOT NULL,
    return_path TEXT   NOT NULL,
    choice      TEXT CHECK (choice IN ('pay', 'pay_later', 'decline', 'stay_silent')),
    -- When its answer is known; null while nothing was chosen.
    answers_at  BIGINT,
    -- The answer was brought to Voltbay.
    delivered   BIGINT NOT NULL DEFAULT 0 CHECK (delivered IN (0, 1)),
    refunded    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX test_checkout_by_answer ON test_checkout (answers_at) WHERE delivered = 0 AND answers_at IS NOT NULL;
