-- The end of a shift: what an attendant should have in cash, and what she counted.

-- Written once, never changed.
CREATE TABLE cash_count (
    id          BIGINT NOT NULL PRIMARY KEY,
    station_id  BIGINT NOT NULL REFERENCES station (id),
    -- Whose till it is; she counted it herself.
    user_id     BIGINT NOT NULL REFERENCES users (id),
    currency    TEXT   NOT NULL,
    -- Minor units. Less than nothing where she gave back more than she took.
    expected    BIGINT NOT NULL,
    counted     BIGINT NOT NULL CHECK (counted >= 0),
    difference  BIGINT NOT NULL,
    note        TEXT,
    from_at     BIGINT NOT NULL,
    to_at       BIGINT NOT NULL,
    CHECK (difference = counted - expected),
    CHECK (from_at <= to_at)
);
CREATE INDEX cash_count_by_station ON cash_count (station_id, to_at, id);
CREATE INDEX cash_count_by_user ON cash_count (user_id, station_id, to_at);

-- Which entries of the ledger a count is about: each is counted once, whoever commits first.
CREATE TABLE cash_counted (
    ledger_id  BIGINT NOT NULL PRIMARY KEY REFERENCES ledger (id),
    count_id   BIGINT NOT NULL REFERENCES cash_count (id)
);
CREATE INDEX cash_counted_by_count ON cash_counted (count_id);
CREATE INDEX ledger_by_till ON ledger (station_id, actor_id) WHERE account = 'cash';
