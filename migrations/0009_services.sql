-- Work done on the vehicle: how much of it fits into half an hour, who does it, and how far it is.

ALTER TABLE service ADD COLUMN capacity BIGINT NOT NULL DEFAULT 2 CHECK (capacity >= 0);

-- A place in a half hour. Two who want the last one want the same row.
CREATE TABLE service_seat (
    service_id  BIGINT NOT NULL REFERENCES service (id),
    slot_at     BIGINT NOT NULL,
    seat        BIGINT NOT NULL CHECK (seat >= 1),
    item_id     BIGINT NOT NULL UNIQUE REFERENCES booking_item (id),
    PRIMARY KEY (service_id, slot_at, seat)
);

ALTER TABLE booking_item ADD COLUMN slot_at BIGINT;
ALTER TABLE booking_item ADD COLUMN assignee_id BIGINT REFERENCES users (id);
ALTER TABLE booking_item ADD COLUMN reason TEXT;
ALTER TABLE booking_item ADD COLUMN started_at BIGINT;
ALTER TABLE booking_item ADD COLUMN done_at BIGINT;

-- The states of services, besides those of packs. SQLite changes no CHECK in place.
ALTER TABLE booking_item ADD COLUMN stage TEXT NOT NULL DEFAULT 'pending'
    CHECK (stage IN ('pending', 'allocated', 'ready', 'returned_in', 'dispensed', 'done', 'cancelled', 'failed',
        'queued', 'assigned', 'in_progress', 'declined', 'skipped'));
UPDATE booking_item SET stage = state;
ALTER TABLE booking_item DROP COLUMN state;
ALTER TABLE booking_item RENAME COLUMN stage TO state;
