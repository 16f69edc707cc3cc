-- Bookings, their lines and the claims on packs.

CREATE TABLE booking (
    id              BIGINT NOT NULL PRIMARY KEY,
    code            TEXT   NOT NULL,
    pin             TEXT   NOT NULL,
    wrong_codes     BIGINT NOT NULL DEFAULT 0,
    locked_until    BIGINT,
    user_id         BIGINT NOT NULL REFERENCES users (id),
    station_id      BIGINT NOT NULL REFERENCES station (id),
    state           TEXT   NOT NULL CHECK (state IN ('requested', 'scheduled', 'confirmed', 'ready',
        'checked_in', 'in_service', 'completed', 'declined', 'cancelled', 'expired', 'no_show', 'failed')),
    version         BIGINT NOT NULL,
    deadline        BIGINT NOT NULL,
    grace_until     BIGINT NOT NULL,
    -- When something happens to it by itself next: a warning, the deadline, the end of a grace or of an undo
    -- window. Null when nothing does. The scheduler looks at nothing else.
    due_at          BIGINT,
    -- Minutes before the deadline of the last warning given (null: none yet).
    warned_minutes  BIGINT,
    renewals        BIGINT NOT NULL DEFAULT 0,
    payment_method  TEXT   NOT NULL CHECK (payment_method IN ('cash', 'card', 'qr', 'plan')),
    payment_state   TEXT   NOT NULL CHECK (payment_state IN ('due', 'paid', 'waived', 'cancelled')),
    total_amount    BIGINT NOT NULL CHECK (total_amount >= 0),
    currency        TEXT   NOT NULL,
    vehicle         TEXT,
    created_at      BIGINT NOT NULL,
    confirmed_at    BIGINT,
    ready_at        BIGINT,
    completed_at    BIGINT,
    ended_at        BIGINT,
    cancelled_by    TEXT CHECK (cancelled_by IN ('customer', 'station', 'system')),
    undo_until      BIGINT,
    reason          TEXT
);
CREATE INDEX booking_by_user ON booking (user_id, id);
CREATE INDEX booking_by_station ON booking (station_id, state, id);
CREATE INDEX booking_by_due ON booking (due_at) WHERE due_at IS NOT NULL;
-- A code is asked for at one station, among bookings that are not over.
CREATE UNIQUE INDEX booking_active_code ON booking (station_id, code)
    WHERE state IN ('requested', 'scheduled', 'confirmed', 'ready', 'checked_in', 'in_service');
CREATE UNIQUE INDEX booking_active_vehicle ON booking (vehicle)
    WHERE vehicle IS NOT NULL
      AND state IN ('requested', 'scheduled', 'confirmed', 'ready', 'checked_in', 'in_service');

CREATE TABLE booking_item (
    id           BIGINT NOT NULL PRIMARY KEY,
    booking_id   BIGINT NOT NULL REFERENCES booking (id),
    position     BIGINT NOT NULL,
    kind         TEXT   NOT NULL CHECK (kind IN ('swap', 'take', 'return', 'service')),
    name         TEXT   NOT NULL,
    model_id     BIGINT REFERENCES battery_model (id),
    battery_id   BIGINT REFERENCES battery (id),
    -- Where the pack stood when it was promised; the customer may be told it after the pack has left.
    slot         BIGINT,
    service_id   BIGINT REFERENCES service (id),
    price        BIGINT NOT NULL CHECK (price >= 0),
    state        TEXT   NOT NULL CHECK (state IN ('pending', 'allocated', 'ready', 'returned_in', 'dispensed',
        'done', 'cancelled', 'failed')),
    UNIQUE (booking_id, position)
);

-- 'releasing' is the undo window of a cancellation: still nobody else's.
CREATE TABLE hold (
    id          BIGINT NOT NULL PRIMARY KEY,
    battery_id  BIGINT NOT NULL REFERENCES battery (id),
    booking_id  BIGINT NOT NULL REFERENCES booking (id),
    item_id     BIGINT NOT NULL REFERENCES booking_item (id),
    state       TEXT   NOT NULL CHECK (state IN ('active', 'releasing', 'consumed', 'released', 'expired')),
    created_at  BIGINT NOT NULL,
    ended_at    BIGINT
);
CREATE INDEX hold_by_booking ON hold (booking_id);
-- The sentence the whole network rests on: a pack is promised to one.
CREATE UNIQUE INDEX hold_one_per_battery ON hold (battery_id) WHERE state IN ('active', 'releasing');
