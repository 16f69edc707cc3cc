-- The floor of a station: who stands in which bay, who goes there next, and how far each swap is.

ALTER TABLE bay ADD COLUMN zone TEXT;
-- What staff set. Whether somebody stands there is said by the open session alone.
ALTER TABLE bay ADD COLUMN condition TEXT NOT NULL DEFAULT 'in_use'
    CHECK (condition IN ('in_use', 'blocked', 'out_of_service'));
-- Whom it is kept for, and until when.
ALTER TABLE bay ADD COLUMN called_booking_id BIGINT REFERENCES booking (id);
ALTER TABLE bay ADD COLUMN called_until BIGINT;
-- Until when it is made ready for the next one.
ALTER TABLE bay ADD COLUMN turn_over_until BIGINT;
ALTER TABLE bay ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX bay_one_call ON bay (called_booking_id) WHERE called_booking_id IS NOT NULL;

-- Who is checked in and not served yet, first come first served. Who did not come when called goes to the end.
CREATE TABLE bay_line (
    booking_id  BIGINT NOT NULL PRIMARY KEY REFERENCES booking (id),
    station_id  BIGINT NOT NULL REFERENCES station (id),
    since       BIGINT NOT NULL,
    -- How often the clock called her; after a second time staff do.
    calls       BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX bay_line_by_station ON bay_line (station_id, since);

CREATE TABLE swap_session (
    id              BIGINT NOT NULL PRIMARY KEY,
    code            TEXT   NOT NULL,
    bay_id          BIGINT NOT NULL REFERENCES bay (id),
    station_id      BIGINT NOT NULL REFERENCES station (id),
    -- Null until it is known who stands there.
    booking_id      BIGINT REFERENCES booking (id),
    party_size      BIGINT NOT NULL CHECK (party_size BETWEEN 1 AND 50),
    step            TEXT   NOT NULL CHECK (step IN ('open', 'identified', 'pack_in', 'pack_assigned', 'review',
        'payment_due', 'pack_out', 'closed')),
    step_at         BIGINT NOT NULL,
    needs_help      BIGINT NOT NULL CHECK (needs_help IN (0, 1)),
    -- What the clock noticed: one step takes long, or all of it does.
    alarm           TEXT CHECK (alarm IN ('idle', 'long')),
    opened_by       BIGINT NOT NULL REFERENCES users (id),
    notes           TEXT,
    opened_at       BIGINT NOT NULL,
    closed_at       BIGINT,
    ended_as        TEXT CHECK (ended_as IN ('closed', 'aborted')),
    -- Until when the slot stays open.
    dispense_until  BIGINT,
    -- When something happens to it by itself next. The scheduler looks at nothing else.
    due_at          BIGINT,
    version         BIGINT NOT NULL,
    CHECK ((closed_at IS NULL) = (ended_as IS NULL)),
    CHECK ((closed_at IS NULL) = (step <> 'closed')),
    CHECK (booking_id IS NOT NULL OR step IN ('open', 'closed')),
    CHECK ((dispense_until IS NULL) = (step <> 'pack_out'))
);
CREATE UNIQUE INDEX session_one_per_bay ON swap_session (bay_id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX session_one_per_booking ON swap_session (booking_id)
    WHERE closed_at IS NULL AND booking_id IS NOT NULL;
CREATE UNIQUE INDEX session_open_code ON swap_session (code) WHERE closed_at IS NULL;
CREATE INDEX session_by_due ON swap_session (due_at) WHERE due_at IS NOT NULL;

-- When each step was reached.
CREATE TABLE session_step (
    session_id  BIGINT NOT NULL REFERENCES swap_session (id),
    version     BIGINT NOT NULL,
    step        TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (session_id, version)
);

-- What was brought back for which line; without a pack when the customer had none.
CREATE TABLE session_return (
    session_id  BIGINT NOT NULL REFERENCES swap_session (id),
    item_id     BIGINT NOT NULL REFERENCES booking_item (id),
    battery_id  BIGINT REFERENCES battery (id),
    at          BIGINT NOT NULL,
    PRIMARY KEY (session_id, item_id)
);
