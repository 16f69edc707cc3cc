-- Plans, who has one, and which bookings used its swaps.

-- 1: whoever has no plan may book and pay per swap.
ALTER TABLE operator ADD COLUMN pay_per_swap BIGINT NOT NULL DEFAULT 1 CHECK (pay_per_swap IN (0, 1));

-- What an operator sells. Its price is for a month, in the operator's currency.
CREATE TABLE plan (
    id               BIGINT NOT NULL PRIMARY KEY,
    operator_id      BIGINT NOT NULL REFERENCES operator (id),
    key              TEXT   NOT NULL,
    name             TEXT   NOT NULL,
    swaps_per_month  BIGINT NOT NULL CHECK (swaps_per_month >= 1),
    priority         BIGINT NOT NULL CHECK (priority IN (0, 1)),
    price            BIGINT NOT NULL CHECK (price >= 0),
    currency         TEXT   NOT NULL,
    active           BIGINT NOT NULL CHECK (active IN (0, 1)),
    created_at       BIGINT NOT NULL,
    UNIQUE (operator_id, key)
);

-- What somebody bought: the terms of that day, whatever becomes of the plan. Months count from starts_at.
CREATE TABLE subscription (
    id                BIGINT NOT NULL PRIMARY KEY,
    user_id           BIGINT NOT NULL REFERENCES users (id),
    operator_id       BIGINT NOT NULL REFERENCES operator (id),
    plan_id           BIGINT NOT NULL REFERENCES plan (id),
    -- 'cancelled' still lasts until ends_at; 'replaced' was changed for another.
    state             TEXT   NOT NULL CHECK (state IN ('active', 'cancelled', 'ended', 'replaced')),
    -- Rises with every change and every booking: whoever raises it has the row to himself.
    version           BIGINT NOT NULL,
    months            BIGINT NOT NULL CHECK (months BETWEEN 1 AND 12),
    swaps_per_month   BIGINT NOT NULL CHECK (swaps_per_month >= 1),
    priority          BIGINT NOT NULL CHECK (priority IN (0, 1)),
    discount_percent  BIGINT NOT NULL CHECK (discount_percent BETWEEN 0 AND 100),
    -- Worth of the whole time after the discount, what the plan before was credited, and what was left to pay.
    price             BIGINT NOT NULL CHECK (price >= 0),
    credit            BIGINT NOT NULL CHECK (credit >= 0),
    price_paid        BIGINT NOT NULL CHECK (price_paid >= 0),
    currency          TEXT   NOT NULL,
    starts_at         BIGINT NOT NULL,
    ends_at           BIGINT NOT NULL CHECK (ends_at > starts_at),
    cancelled_at      BIGINT,
    ended_at          BIGINT
);
-- One plan at a time with each operator.
CREATE UNIQUE INDEX subscription_current ON subscription (user_id, operator_id)
    WHERE state IN ('active', 'cancelled');
CREATE INDEX subscription_by_user ON subscription (user_id, id);
CREATE INDEX subscription_by_end ON subscription (ends_at) WHERE state IN ('active', 'cancelled');

-- How many swaps of a month are used, and at how many percent of them the customer was told last.
CREATE TABLE plan_month (
    subscription_id  BIGINT NOT NULL REFERENCES subscription (id),
    starts_at        BIGINT NOT NULL,
    used             BIGINT NOT NULL CHECK (used >= 0),
    warned           BIGINT NOT NULL CHECK (warned IN (0, 80, 100)),
    PRIMARY KEY (subscription_id, starts_at)
);

-- Which booking used how many of them.
CREATE TABLE plan_use (
    booking_id       BIGINT NOT NULL PRIMARY KEY REFERENCES booking (id),
    subscription_id  BIGINT NOT NULL,
    month_starts_at  BIGINT NOT NULL,
    swaps            BIGINT NOT NULL CHECK (swaps >= 1),
    state            TEXT   NOT NULL CHECK (state IN ('used', 'given_back')),
    used_at          BIGINT NOT NULL,
    FOREIGN KEY (subscription_id, month_starts_at) REFERENCES plan_month (subscription_id, starts_at)
);
CREATE INDEX plan_use_by_month ON plan_use (subscription_id, month_starts_at);
