-- What happened, for screens (topic, event), people (notification), the record (audit) and repeated
-- requests (idempotency).

-- The head of each numbered stream. Raising seq locks the row: the order of events is the order of commits.
CREATE TABLE topic (
    name   TEXT   NOT NULL PRIMARY KEY,
    epoch  TEXT   NOT NULL,
    seq    BIGINT NOT NULL
);

-- The outbox: the frame exactly as it goes to every subscriber, written by the transaction that caused it.
CREATE TABLE event (
    topic  TEXT   NOT NULL,
    seq    BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    frame  TEXT   NOT NULL,
    PRIMARY KEY (topic, seq)
);
CREATE INDEX event_by_age ON event (at);

CREATE TABLE notification (
    id          BIGINT NOT NULL PRIMARY KEY,
    user_id     BIGINT NOT NULL REFERENCES users (id),
    kind        TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    message     TEXT   NOT NULL,
    level       TEXT   NOT NULL CHECK (level IN ('info', 'success', 'warning', 'error')),
    booking_id  BIGINT,
    station_id  BIGINT,
    data        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    read_at     BIGINT
);
CREATE INDEX notification_by_user ON notification (user_id, id);
CREATE INDEX notification_unread ON notification (user_id) WHERE read_at IS NULL;

CREATE TABLE audit (
    id          BIGINT NOT NULL PRIMARY KEY,
    at          BIGINT NOT NULL,
    actor_id    BIGINT,
    role        TEXT   NOT NULL,
    entity      TEXT   NOT NULL,
    entity_id   BIGINT NOT NULL,
    action      TEXT   NOT NULL,
    from_state  TEXT,
    to_state    TEXT,
    reason      TEXT,
    request_id  TEXT   NOT NULL
);
CREATE INDEX audit_by_entity ON audit (entity, entity_id, id);

-- response is null while the first request is still at work (its transaction has not committed).
CREATE TABLE idempotency (
    user_id     BIGINT NOT NULL,
    key         TEXT   NOT NULL,
    route       TEXT   NOT NULL,
    body_hash   TEXT   NOT NULL,
    response    TEXT,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- Ids are given out by the application in blocks: known before the insert, the same on both engines. Gaps
-- are fine.
CREATE TABLE id_block (
    kind  TEXT   NOT NULL PRIMARY KEY,
    next  BIGINT NOT NULL
);

-- Facts about this installation, like whether the demo network was loaded on purpose.
CREATE TABLE setting (
    key    TEXT NOT NULL PRIMARY KEY,
    value  TEXT NOT NULL
);
