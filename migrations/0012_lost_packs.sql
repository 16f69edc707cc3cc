-- A line of a booking whose pack failed, with no other to take its place: since when it waits, and how healthy the
-- next one must be at least.

ALTER TABLE booking_item ADD COLUMN lost_at BIGINT;
ALTER TABLE booking_item ADD COLUMN least_soh BIGINT;
CREATE INDEX booking_item_without_pack ON booking_item (lost_at, id)
    WHERE lost_at IS NOT NULL AND state = 'pending';
-- Services whose half hour has come are begun by the clock.
CREATE INDEX booking_item_by_slot ON booking_item (slot_at, id)
    WHERE slot_at IS NOT NULL AND state = 'pending';
