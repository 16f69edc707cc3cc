-- Stations, what stands in them, and the one definition of "can be handed out now".

CREATE TABLE station (
    id               BIGINT NOT NULL PRIMARY KEY,
    operator_id      BIGINT NOT NULL REFERENCES operator (id),
    name             TEXT   NOT NULL,
    address          TEXT   NOT NULL,
    city             TEXT   NOT NULL,
    latitude         DOUBLE PRECISION NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude        DOUBLE PRECISION NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    timezone         TEXT   NOT NULL,
    opening_hours    TEXT   NOT NULL,
    -- What staff set. What the public sees is 'closed' too while open_now is 0.
    status           TEXT   NOT NULL
        CHECK (status IN ('online', 'offline', 'maintenance', 'paused', 'closed')),
    status_message   TEXT,
    -- The opening hours' answer for now, kept by the clock job, and when it next changes (null: never).
    open_now         BIGINT NOT NULL CHECK (open_now IN (0, 1)),
    hours_change_at  BIGINT,
    created_at       BIGINT NOT NULL
);
CREATE INDEX station_by_hours_change ON station (hours_change_at) WHERE hours_change_at IS NOT NULL;

CREATE TABLE assignment (
    user_id     BIGINT NOT NULL REFERENCES users (id),
    station_id  BIGINT NOT NULL REFERENCES station (id),
    PRIMARY KEY (user_id, station_id)
);
CREATE INDEX assignment_by_station ON assignment (station_id);

CREATE TABLE slot (
    station_id  BIGINT NOT NULL REFERENCES station (id),
    number      BIGINT NOT NULL CHECK (number >= 1),
    state       TEXT   NOT NULL CHECK (state IN ('healthy', 'faulted', 'disabled')),
    PRIMARY KEY (station_id, number)
);

CREATE TABLE bay (
    id          BIGINT NOT NULL PRIMARY KEY,
    station_id  BIGINT NOT NULL REFERENCES station (id),
    number      BIGINT NOT NULL,
    UNIQUE (station_id, number)
);

CREATE TABLE service (
    id          BIGINT NOT NULL PRIMARY KEY,
    station_id  BIGINT NOT NULL REFERENCES station (id),
    name        TEXT   NOT NULL,
    price       BIGINT NOT NULL CHECK (price >= 0),
    minutes     BIGINT NOT NULL CHECK (minutes > 0)
);
CREATE INDEX service_by_station ON service (station_id);

CREATE TABLE battery_model (
    id                       BIGINT NOT NULL PRIMARY KEY,
    maker                    TEXT   NOT NULL,
    name                     TEXT   NOT NULL UNIQUE,
    nominal_voltage_v        BIGINT NOT NULL,
    capacity_wh              BIGINT NOT NULL,
    -- How fast a pack of this model charges in a slot; forecasts rest on it.
    charge_percent_per_hour  BIGINT NOT NULL CHECK (charge_percent_per_hour > 0),
    price                    BIGINT NOT NULL CHECK (price >= 0),
    currency                 TEXT   NOT NULL
);

-- A pack is in a slot (station_id and slot set) or it is not (both null). A hold is a claim, not a state:
-- only a pack that is charged or charging can be claimed, and never by two.
CREATE TABLE battery (
    id              BIGINT NOT NULL PRIMARY KEY,
    serial          TEXT   NOT NULL UNIQUE,
    model_id        BIGINT NOT NULL REFERENCES battery_model (id),
    state           TEXT   NOT NULL CHECK (state IN ('charging', 'available', 'in_use', 'returned',
        'quarantined', 'maintenance', 'in_transit', 'lost', 'retired')),
    -- State of charge in %, as it was at soc_at.
    soc             BIGINT NOT NULL CHECK (soc BETWEEN 0 AND 100),
    soc_at          BIGINT NOT NULL,
    soh             BIGINT NOT NULL CHECK (soh BETWEEN 0 AND 100),
    service_cycles  BIGINT NOT NULL DEFAULT 0,
    last_full_at    BIGINT NOT NULL DEFAULT 0,
    station_id      BIGINT REFERENCES station (id),
    slot            BIGINT,
    hold_id         BIGINT UNIQUE,
    -- With whom it is, while it is in use.
    holder_id       BIGINT REFERENCES users (id),
    note            TEXT,
    changed_at      BIGINT NOT NULL,
    CHECK ((station_id IS NULL) = (slot IS NULL)),
    CHECK ((slot IS NULL) = (state IN ('in_use', 'in_transit', 'lost', 'retired'))),
    CHECK (hold_id IS NULL OR state IN ('available', 'charging')),
    UNIQUE (station_id, slot)
);
CREATE INDEX battery_by_state ON battery (state, changed_at);

-- What can be handed out now: asked by pages, allocation, feed and reports alike.
CREATE VIEW dispensable AS
SELECT battery.id, battery.station_id, battery.model_id, battery.last_full_at, battery.service_cycles
FROM battery
JOIN station ON station.id = battery.station_id
JOIN slot ON slot.station_id = battery.station_id AND slot.number = battery.slot
WHERE battery.state = 'available'
  AND battery.hold_id IS NULL
  AND battery.soc >= 90
  AND battery.soh >= 70
  AND slot.state = 'healthy'
  AND station.status = 'online'
  AND station.open_now = 1;
