-- What people ride, which packs fit it, and what they say about stations.

CREATE TABLE vehicle_type (
    id          BIGINT NOT NULL PRIMARY KEY,
    maker       TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    UNIQUE (maker, name)
);

CREATE TABLE vehicle_type_model (
    type_id   BIGINT NOT NULL REFERENCES vehicle_type (id),
    model_id  BIGINT NOT NULL REFERENCES battery_model (id),
    PRIMARY KEY (type_id, model_id)
);

-- A booking keeps the registration it was made with: a vehicle that goes leaves nothing dangling.
CREATE TABLE vehicle (
    id            BIGINT NOT NULL PRIMARY KEY,
    user_id       BIGINT NOT NULL REFERENCES users (id),
    type_id       BIGINT NOT NULL REFERENCES vehicle_type (id),
    -- In capitals, without blanks and dashes, like booking.vehicle.
    registration  TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    UNIQUE (user_id, registration)
);

-- One for each booking, by its customer. The id is what the public may see of it.
CREATE TABLE review (
    booking_id  BIGINT NOT NULL PRIMARY KEY REFERENCES booking (id),
    id          BIGINT NOT NULL UNIQUE,
    user_id     BIGINT NOT NULL REFERENCES users (id),
    station_id  BIGINT NOT NULL REFERENCES station (id),
    rating      BIGINT NOT NULL CHECK (rating BETWEEN 1 AND 5),
    text        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    edited_at   BIGINT
);
CREATE INDEX review_by_station ON review (station_id, id);

-- The sum of a station's reviews: every list of stations shows it, so it is not counted anew each time.
CREATE TABLE station_rating (
    station_id  BIGINT NOT NULL PRIMARY KEY REFERENCES station (id),
    reviews     BIGINT NOT NULL CHECK (reviews >= 0),
    stars       BIGINT NOT NULL CHECK (stars >= reviews)
);
