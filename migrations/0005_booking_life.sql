-- The rest of a booking's life: approval, arrival, the ways back; and rules per operator and station.

ALTER TABLE station ADD COLUMN needs_approval BIGINT NOT NULL DEFAULT 0 CHECK (needs_approval IN (0, 1));

-- How long the packs are held once the booking is confirmed. A request's own deadline is that of the answer.
ALTER TABLE booking ADD COLUMN hold_us BIGINT NOT NULL DEFAULT 900000000;
-- How much one renewal adds, as it was when the booking was made.
ALTER TABLE booking ADD COLUMN renew_us BIGINT NOT NULL DEFAULT 300000000;
ALTER TABLE booking ADD COLUMN checked_in_at BIGINT;
-- What was left of the pickup time at check-in; it runs on when the check-in is taken back.
ALTER TABLE booking ADD COLUMN left_us BIGINT;
-- The state before a cancellation: where taking it back leads to.
ALTER TABLE booking ADD COLUMN cancelled_from TEXT
    CHECK (cancelled_from IN ('requested', 'scheduled', 'confirmed', 'ready'));

-- Lengths of timers that differ from the installation's. A station's count before its operator's.
CREATE TABLE timer_setting (
    scope      TEXT   NOT NULL CHECK (scope IN ('operator', 'station')),
    scope_id   BIGINT NOT NULL,
    timer      TEXT   NOT NULL,
    length_us  BIGINT NOT NULL CHECK (length_us >= 0),
    PRIMARY KEY (scope, scope_id, timer)
);

-- Newest first is a matter of time: each process gives out ids of its own blocks.
DROP INDEX notification_by_user;
CREATE INDEX notification_by_user ON notification (user_id, created_at, id);
DROP INDEX booking_by_user;
CREATE INDEX booking_by_user ON booking (user_id, created_at, id);
