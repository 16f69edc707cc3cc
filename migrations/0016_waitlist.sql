-- Places in line at stations that are sold out, and the packs that are offered to who stands first.
--
-- An offer's claim is not a row of hold: a hold says for which line of which booking a pack is, and there is no
-- booking yet. It takes its number from the same row of numbers, though, so battery.hold_id (unique) says for both
-- that a pack is somebody's, and nobody else's statement can claim it. When the offer is accepted the row goes and a
-- hold of the very same number comes: the pack changes hands without being free for an instant.

-- It keeps the terms it was made under, as bookings do: how long offers last, also when many wait, and how long the
-- booking will hold its packs.
CREATE TABLE waitlist_entry (
    id            BIGINT NOT NULL PRIMARY KEY,
    user_id       BIGINT NOT NULL REFERENCES users (id),
    station_id    BIGINT NOT NULL REFERENCES station (id),
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'offered', 'accepted', 'declined', 'left',
        'dropped', 'closed')),
    version       BIGINT NOT NULL,
    vehicle       TEXT,
    joined_at     BIGINT NOT NULL,
    -- Offers that were not answered. Whoever missed one in a transaction comes last in it, and keeps her place.
    missed        BIGINT NOT NULL DEFAULT 0 CHECK (missed BETWEEN 0 AND 2),
    missed_at     BIGINT,
    -- How often somebody behind her was served since packs were last kept together for her.
    overtaken     BIGINT NOT NULL DEFAULT 0 CHECK (overtaken >= 0),
    offer_us      BIGINT NOT NULL CHECK (offer_us > 0),
    busy_offer_us BIGINT NOT NULL CHECK (busy_offer_us > 0),
    hold_us       BIGINT NOT NULL CHECK (hold_us > 0),
    -- When something happens by itself: an offer ends, or packs that were kept together go back.
    offer_until   BIGINT,
    gather_until  BIGINT,
    -- The message about the offer, which is read when the offer is over.
    notice_id     BIGINT,
    booking_id    BIGINT REFERENCES booking (id),
    ended_at      BIGINT,
    CHECK ((state = 'offered') = (offer_until IS NOT NULL)),
    CHECK (gather_until IS NULL OR state = 'waiting'),
    CHECK ((state = 'accepted') = (booking_id IS NOT NULL)),
    CHECK ((state IN ('waiting', 'offered')) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX waitlist_entry_once ON waitlist_entry (station_id, user_id)
    WHERE state IN ('waiting', 'offered');
CREATE INDEX waitlist_entry_in_line ON waitlist_entry (station_id, joined_at, id)
    WHERE state IN ('waiting', 'offered');
CREATE INDEX waitlist_entry_by_user ON waitlist_entry (user_id, id);
CREATE INDEX waitlist_entry_by_offer ON waitlist_entry (offer_until) WHERE offer_until IS NOT NULL;
CREATE INDEX waitlist_entry_by_gather ON waitlist_entry (gather_until) WHERE gather_until IS NOT NULL;

CREATE TABLE waitlist_wish (
    entry_id  BIGINT NOT NULL REFERENCES waitlist_entry (id),
    position  BIGINT NOT NULL,
    kind      TEXT   NOT NULL CHECK (kind IN ('swap', 'take')),
    quantity  BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (entry_id, position)
);

-- Each of these will do for the wish: the one she named, or every one that fits.
CREATE TABLE waitlist_model (
    entry_id  BIGINT NOT NULL,
    position  BIGINT NOT NULL,
    model_id  BIGINT NOT NULL REFERENCES battery_model (id),
    PRIMARY KEY (entry_id, position, model_id),
    FOREIGN KEY (entry_id, position) REFERENCES waitlist_wish (entry_id, position)
);

-- Packs claimed for somebody in line: offered, or kept together for her. What is here is so now; the past is in
-- the audit.
CREATE TABLE offered_pack (
    hold_id     BIGINT NOT NULL PRIMARY KEY,
    entry_id    BIGINT NOT NULL,
    position    BIGINT NOT NULL,
    battery_id  BIGINT NOT NULL UNIQUE REFERENCES battery (id),
    claimed_at  BIGINT NOT NULL,
    FOREIGN KEY (entry_id, position) REFERENCES waitlist_wish (entry_id, position)
);
CREATE INDEX offered_pack_by_entry ON offered_pack (entry_id);
