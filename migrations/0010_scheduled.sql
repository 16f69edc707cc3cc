-- Bookings for later: a pickup time without packs, and how many packs a station hands out in half an hour.

ALTER TABLE station ADD COLUMN pickup_capacity BIGINT NOT NULL DEFAULT 6 CHECK (pickup_capacity >= 0);

-- When its customer wants to come; null for who comes at once.
ALTER TABLE booking ADD COLUMN pickup_at BIGINT;
-- Who knows that its packs are short: nobody, the staff, or its customer too.
ALTER TABLE booking ADD COLUMN shortage BIGINT NOT NULL DEFAULT 0 CHECK (shortage IN (0, 1, 2));

-- A place for one pack in a half hour. Two who want the last one want the same row.
CREATE TABLE pickup_seat (
    station_id  BIGINT NOT NULL REFERENCES station (id),
    slot_at     BIGINT NOT NULL,
    seat        BIGINT NOT NULL CHECK (seat >= 1),
    item_id     BIGINT NOT NULL UNIQUE REFERENCES booking_item (id),
    PRIMARY KEY (station_id, slot_at, seat)
);
