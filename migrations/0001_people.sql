-- People and the companies they work for.

CREATE TABLE operator (
    id          BIGINT NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL,
    currency    TEXT   NOT NULL,
    created_at  BIGINT NOT NULL
);

-- Closing an account empties name, address and telephone number and keeps the row: bookings and the audit
-- go on pointing at somebody.
CREATE TABLE users (
    id             BIGINT NOT NULL PRIMARY KEY,
    email          TEXT   NOT NULL UNIQUE,
    name           TEXT   NOT NULL,
    phone          TEXT,
    password_hash  TEXT   NOT NULL,
    role           TEXT   NOT NULL CHECK (role IN ('customer', 'attendant', 'lead', 'operator', 'admin')),
    operator_id    BIGINT REFERENCES operator (id),
    active         BIGINT NOT NULL CHECK (active IN (0, 1)),
    strikes        BIGINT NOT NULL DEFAULT 0,
    created_at     BIGINT NOT NULL
);

-- Only the hash of a session's secret is kept: who reads the database can sign in as nobody.
CREATE TABLE session (
    token_hash    TEXT   NOT NULL PRIMARY KEY,
    user_id       BIGINT NOT NULL REFERENCES users (id),
    created_at    BIGINT NOT NULL,
    last_used_at  BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires_at);
