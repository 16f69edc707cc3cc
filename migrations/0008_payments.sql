-- Payments, the ledger they are written into, and receipts.

-- In hundredths of a percent of what a booking's lines cost; and the sum in minor units above which a lead must
-- take cash.
ALTER TABLE operator ADD COLUMN tax_bp BIGINT NOT NULL DEFAULT 0 CHECK (tax_bp BETWEEN 0 AND 10000);
ALTER TABLE operator ADD COLUMN charge_bp BIGINT NOT NULL DEFAULT 0 CHECK (charge_bp BETWEEN 0 AND 10000);
ALTER TABLE operator ADD COLUMN cash_limit BIGINT NOT NULL DEFAULT 500000 CHECK (cash_limit >= 0);
-- The number of the last receipt: they are numbered per station, without gaps.
ALTER TABLE station ADD COLUMN last_receipt BIGINT NOT NULL DEFAULT 0;

ALTER TABLE booking ADD COLUMN tax_amount BIGINT NOT NULL DEFAULT 0;
ALTER TABLE booking ADD COLUMN charge_amount BIGINT NOT NULL DEFAULT 0;
ALTER TABLE booking ADD COLUMN payment_id BIGINT;

-- More states than before. SQLite changes no CHECK in place.
ALTER TABLE booking ADD COLUMN pay_state TEXT NOT NULL DEFAULT 'due'
    CHECK (pay_state IN ('due', 'cash_declared', 'paid', 'rejected', 'cancelled', 'waived', 'refund_pending',
        'refunded', 'partially_refunded'));
UPDATE booking SET pay_state = payment_state;
ALTER TABLE booking DROP COLUMN payment_state;
ALTER TABLE booking RENAME COLUMN pay_state TO payment_state;

-- One attempt to pay for a booking. The booking names the one that counts; rejected ones stay in the record.
CREATE TABLE payment (
    id              BIGINT NOT NULL PRIMARY KEY,
    booking_id      BIGINT NOT NULL REFERENCES booking (id),
    station_id      BIGINT NOT NULL REFERENCES station (id),
    method          TEXT   NOT NULL CHECK (method IN ('cash', 'card', 'qr', 'plan')),
    state           TEXT   NOT NULL CHECK (state IN ('due', 'cash_declared', 'paid', 'rejected', 'cancelled',
        'waived', 'refund_pending', 'refunded', 'partially_refunded')),
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
    CHECK (received IS NULL OR change_given = received - amount),
    UNIQUE (station_id, receipt_number)
);
CREATE INDEX payment_by_booking ON payment (booking_id);
CREATE INDEX payment_by_station ON payment (station_id, created_at, id);
-- A booking is paid once.
CREATE UNIQUE INDEX payment_live ON payment (booking_id) WHERE state NOT IN ('rejected', 'cancelled');

-- Entries are appended, never changed; those of one posting add up to nothing.
CREATE TABLE ledger (
    id          BIGINT NOT NULL PRIMARY KEY,
    posting     BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    account     TEXT   NOT NULL CHECK (account IN ('cash', 'revenue', 'tax', 'service_charge')),
    -- Minor units; what comes in is positive in 'cash' and negative where it came from.
    amount      BIGINT NOT NULL,
    currency    TEXT   NOT NULL,
    station_id  BIGINT NOT NULL REFERENCES station (id),
    payment_id  BIGINT NOT NULL REFERENCES payment (id),
    actor_id    BIGINT REFERENCES users (id)
);
CREATE INDEX ledger_by_payment ON ledger (payment_id, id);
CREATE INDEX ledger_by_posting ON ledger (posting);
