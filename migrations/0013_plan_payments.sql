-- Plans that are paid, through a payment service, before they begin.

-- Two more states: 'pending' waits for its payment, 'failed' was never paid. SQLite changes no CHECK in place.
DROP INDEX subscription_current;
DROP INDEX subscription_by_end;
ALTER TABLE subscription ADD COLUMN life TEXT NOT NULL DEFAULT 'pending'
    CHECK (life IN ('pending', 'active', 'cancelled', 'ended', 'replaced', 'failed'));
UPDATE subscription SET life = state;
ALTER TABLE subscription DROP COLUMN state;
ALTER TABLE subscription RENAME COLUMN life TO state;
-- 1: a payment service takes what it costs. 0 also for those from before there were payments for plans.
ALTER TABLE subscription ADD COLUMN paid_online BIGINT NOT NULL DEFAULT 0 CHECK (paid_online IN (0, 1));
-- The one whose days to come it was credited, and whose place it takes once it is paid.
ALTER TABLE subscription ADD COLUMN replaces_id BIGINT REFERENCES subscription (id);

-- One plan at a time with each operator, and one that waits for its payment.
CREATE UNIQUE INDEX subscription_current ON subscription (user_id, operator_id)
    WHERE state IN ('active', 'cancelled');
CREATE UNIQUE INDEX subscription_pending ON subscription (user_id, operator_id) WHERE state = 'pending';
CREATE INDEX subscription_by_end ON subscription (ends_at) WHERE state IN ('active', 'cancelled');

-- The attempt to pay for a plan; who tries again chooses the plan again. Its ids and those of 'payment' are of one
-- kind, so that a payment service never sees a number twice.
CREATE TABLE plan_payment (
    id               BIGINT NOT NULL PRIMARY KEY,
    subscription_id  BIGINT NOT NULL UNIQUE REFERENCES subscription (id),
    method           TEXT   NOT NULL CHECK (method IN ('card', 'qr')),
    state            TEXT   NOT NULL CHECK (state IN ('pending', 'paid', 'failed', 'expired', 'stuck', 'cancelled',
        'refund_pending', 'refunded', 'refund_failed')),
    amount           BIGINT NOT NULL CHECK (amount > 0),
    currency         TEXT   NOT NULL,
    paid_at          BIGINT,
    refund_due       BIGINT NOT NULL DEFAULT 0 CHECK (refund_due >= 0),
    refunded         BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= amount),
    reason           TEXT,
    created_at       BIGINT NOT NULL,
    -- As for 'payment'.
    provider         TEXT   NOT NULL,
    reference        TEXT,
    checkout_url     TEXT,
    due_at           BIGINT,
    UNIQUE (provider, reference)
);
CREATE INDEX plan_payment_by_due ON plan_payment (due_at) WHERE due_at IS NOT NULL;

-- An entry belongs to the payment of a booking, at its station, or to that of a plan.
CREATE TABLE ledger_line (
    id               BIGINT NOT NULL PRIMARY KEY,
    posting          BIGINT NOT NULL,
    at               BIGINT NOT NULL,
    account          TEXT   NOT NULL CHECK (account IN ('cash', 'provider', 'revenue', 'tax', 'service_charge')),
    amount           BIGINT NOT NULL,
    currency         TEXT   NOT NULL,
    station_id       BIGINT REFERENCES station (id),
    payment_id       BIGINT REFERENCES payment (id),
    plan_payment_id  BIGINT REFERENCES plan_payment (id),
    actor_id         BIGINT REFERENCES users (id),
    CHECK ((payment_id IS NULL) <> (plan_payment_id IS NULL)),
    CHECK ((payment_id IS NULL) = (station_id IS NULL))
);
INSERT INTO ledger_line (id, posting, at, account, amount, currency, station_id, payment_id, actor_id)
SELECT id, posting, at, account, amount, currency, station_id, payment_id, actor_id
FROM ledger;
DROP TABLE ledger;
ALTER TABLE ledger_line RENAME TO ledger;
CREATE INDEX ledger_by_payment ON ledger (payment_id, id);
CREATE INDEX ledger_by_plan_payment ON ledger (plan_payment_id, id);
CREATE INDEX ledger_by_posting ON ledger (posting);
