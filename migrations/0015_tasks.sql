-- What staff have to do, who is there to do it, and what they are told. Bookings, packs, bays and sessions are named
-- by number only: a task outlives what it was about.

CREATE TABLE staff_task (
    id           BIGINT NOT NULL PRIMARY KEY,
    station_id   BIGINT NOT NULL REFERENCES station (id),
    kind         TEXT   NOT NULL CHECK (kind IN ('approve_booking', 'stage_pack', 'serve_customer', 'verify_cash',
        'service_item', 'inspect_return', 'out_timeout', 'fault', 'cleanup_bay', 'help_request', 'rebalance',
        'priority_alert')),
    -- What it is there for, like 'booking:7'. Null once that is over, and for tasks that somebody made up.
    cause        TEXT,
    priority     BIGINT NOT NULL CHECK (priority BETWEEN 1 AND 4),
    state        TEXT   NOT NULL CHECK (state IN ('open', 'acked', 'in_progress', 'done', 'cancelled')),
    level        BIGINT NOT NULL DEFAULT 0 CHECK (level BETWEEN 0 AND 3),
    booking_id   BIGINT,
    item_id      BIGINT,
    battery_id   BIGINT,
    bay_id       BIGINT,
    session_id   BIGINT,
    text         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   BIGINT REFERENCES users (id),
    -- How long it may stay unacknowledged: kept, so that a change of the rules changes no running task.
    sla_us       BIGINT,
    ack_due_at   BIGINT,
    next_escalation_at BIGINT,
    -- When it becomes more urgent by itself.
    raise_at     BIGINT,
    acked_by     BIGINT REFERENCES users (id),
    acked_at     BIGINT,
    acked_via    TEXT CHECK (acked_via IN ('api', 'socket', 'page')),
    assignee_id  BIGINT REFERENCES users (id),
    started_at   BIGINT,
    done_at      BIGINT,
    done_by      BIGINT REFERENCES users (id),
    undo_until   BIGINT,
    version      BIGINT NOT NULL
);
-- One cause has one task of a kind, whoever asks for it at the same time.
CREATE UNIQUE INDEX staff_task_by_cause ON staff_task (cause, kind) WHERE cause IS NOT NULL;
CREATE INDEX staff_task_active ON staff_task (station_id, priority, id)
    WHERE state IN ('open', 'acked', 'in_progress');
CREATE INDEX staff_task_by_escalation ON staff_task (next_escalation_at) WHERE next_escalation_at IS NOT NULL;
CREATE INDEX staff_task_by_raise ON staff_task (raise_at) WHERE raise_at IS NOT NULL;
CREATE INDEX staff_task_acked ON staff_task (station_id, acked_at) WHERE acked_at IS NOT NULL;
CREATE INDEX staff_task_done ON staff_task (station_id, done_at) WHERE done_at IS NOT NULL;

-- Who said that she is at work, since when and until when.
CREATE TABLE shift (
    user_id     BIGINT NOT NULL REFERENCES users (id),
    station_id  BIGINT NOT NULL REFERENCES station (id),
    since       BIGINT NOT NULL,
    until       BIGINT,
    PRIMARY KEY (user_id, station_id, since)
);
CREATE UNIQUE INDEX shift_running ON shift (station_id, user_id) WHERE until IS NULL;

-- Who has a screen of the station open: a lease that the open socket renews.
CREATE TABLE presence (
    user_id     BIGINT NOT NULL REFERENCES users (id),
    station_id  BIGINT NOT NULL REFERENCES station (id),
    seen_until  BIGINT NOT NULL,
    PRIMARY KEY (user_id, station_id)
);

-- What a lead or the operator says to everybody at a station, and who has acknowledged it.
CREATE TABLE staff_message (
    id          BIGINT NOT NULL PRIMARY KEY,
    station_id  BIGINT NOT NULL REFERENCES station (id),
    kind        TEXT   NOT NULL CHECK (kind IN ('broadcast', 'alert')),
    priority    TEXT   NOT NULL CHECK (priority IN ('low', 'normal', 'high')),
    message     TEXT   NOT NULL,
    sender_id   BIGINT NOT NULL REFERENCES users (id),
    created_at  BIGINT NOT NULL
);
CREATE INDEX staff_message_by_station ON staff_message (station_id, id);
-- One row for each reader, made with the message: who came later was not asked.
CREATE TABLE staff_receipt (
    message_id  BIGINT NOT NULL REFERENCES staff_message (id),
    user_id     BIGINT NOT NULL REFERENCES users (id),
    acked_at    BIGINT,
    PRIMARY KEY (message_id, user_id)
);
CREATE INDEX staff_receipt_open ON staff_receipt (user_id, message_id) WHERE acked_at IS NULL;
