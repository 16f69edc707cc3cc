-- Who cannot lift a pack or get to the slot says so once, and somebody of the station stands ready when she arrives.
ALTER TABLE users ADD COLUMN wants_help BIGINT NOT NULL DEFAULT 0 CHECK (wants_help IN (0, 1));
-- As it was when she booked, or as she said then.
ALTER TABLE booking ADD COLUMN wants_help BIGINT NOT NULL DEFAULT 0 CHECK (wants_help IN (0, 1));
