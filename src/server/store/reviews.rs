//! Reviews and the sums of them: the only place that writes to `review` and `station_rating`. A review and
//! its station's sum change together.

use std::collections::HashMap;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{StoreError, Tx};
use crate::domain::review::{average, first_name};
use crate::domain::{BookingId, ReviewId, StationId, UserId};
use crate::protocol::rest::ReviewOut;

/// A review before it exists.
#[derive(Clone, Debug)]
pub struct NewReview {
    /// Id.
    pub id: ReviewId,
    /// Of which booking.
    pub booking: BookingId,
    /// Its customer.
    pub user: UserId,
    /// Where that was.
    pub station: StationId,
    /// Stars.
    pub rating: i64,
    /// What she says.
    pub text: String,
}

/// What all reviews of a station come to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rating {
    /// Stars on average, to one decimal; none without reviews.
    pub average: Option<f64>,
    /// How many reviews.
    pub count: i64,
}

impl Tx<'_> {
    /// Adds a review. False when the booking has one.
    pub async fn insert_review(&mut self, new: &NewReview) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO review (booking_id, id, user_id, station_id, rating, text, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (booking_id) DO NOTHING",
        )
        .bind(new.booking.0)
        .bind(new.id.0)
        .bind(new.user.0)
        .bind(new.station.0)
        .bind(new.rating)
        .bind(new.text.clone())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if inserted == 1 {
            self.add_stars(new.station, 1, new.rating).await?;
        }
        Ok(inserted == 1)
    }

    /// Changes a review as it was read. False when it changed since.
    pub async fn update_review(
        &mut self,
        booking: BookingId,
        station: StationId,
        read: &ReviewOut,
        rating: i64,
        text: &str,
    ) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE review
             SET rating = $3, text = $4, edited_at = $5
             WHERE booking_id = $1 AND rating = $2",
        )
        .bind(booking.0)
        .bind(read.rating)
        .bind(rating)
        .bind(text.to_owned())
        .bind(self.now().micros())
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 {
            self.add_stars(station, 0, rating - read.rating).await?;
        }
        Ok(changed == 1)
    }

    /// Removes a review as it was read. False when it changed since.
    pub async fn delete_review(
        &mut self,
        booking: BookingId,
        station: StationId,
        read: &ReviewOut,
    ) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM review WHERE booking_id = $1 AND rating = $2")
            .bind(booking.0)
            .bind(read.rating)
            .execute(self.connection())
            .await?
            .rows_affected();
        if deleted == 1 {
            self.add_stars(station, -1, -read.rating).await?;
        }
        Ok(deleted == 1)
    }

    async fn add_stars(&mut self, station: StationId, reviews: i64, stars: i64) -> Result<(), StoreError> {
        // Not one upsert: what is taken away would be refused as a row of its own.
        let changed = sqlx::query(
            "UPDATE station_rating
             SET reviews = reviews + $2, stars = stars + $3
             WHERE station_id = $1",
        )
        .bind(station.0)
        .bind(reviews)
        .bind(stars)
        .execute(self.connection())
        .await?
        .rows_affected();
        if changed == 1 {
            return Ok(());
        }
        let inserted = sqlx::query(
            "INSERT INTO station_rating (station_id, reviews, stars) VALUES ($1, $2, $3)
             ON CONFLICT (station_id) DO NOTHING",
        )
        .bind(station.0)
        .bind(reviews)
        .bind(stars)
        .execute(self.connection())
        .await?
        .rows_affected();
        if inserted == 1 {
            Ok(())
        } else {
            Err(StoreError::Overtaken)
        }
    }
}

/// What each station that has reviews is rated.
pub async fn ratings(connection: &mut AnyConnection) -> Result<HashMap<StationId, Rating>, StoreError> {
    let rows = sqlx::query("SELECT station_id, reviews, stars FROM station_rating ORDER BY station_id")
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((StationId(row.plain("station_id")?), sum(row)?)))
        .collect()
}

/// What one station is rated.
pub async fn rating(connection: &mut AnyConnection, station: StationId) -> Result<Rating, StoreError> {
    let row = sqlx::query("SELECT reviews, stars FROM station_rating WHERE station_id = $1")
        .bind(station.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map_or(Ok(Rating::default()), sum)
}

fn sum(row: &AnyRow) -> Result<Rating, StoreError> {
    let count = row.plain("reviews")?;
    Ok(Rating {
        average: average(row.plain("stars")?, count),
        count,
    })
}

/// The review of a booking.
pub async fn of_booking(
    connection: &mut AnyConnection,
    booking: BookingId,
) -> Result<Option<ReviewOut>, StoreError> {
    let row = sqlx::query(
        "SELECT review.id, review.rating, review.text, users.name, review.created_at, review.edited_at
         FROM review
         JOIN users ON users.id = review.user_id
         WHERE review.booking_id = $1",
    )
    .bind(booking.0)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(review).transpose()
}

/// Reviews of a station, newest first, only those older than `before`.
pub async fn of_station(
    connection: &mut AnyConnection,
    station: StationId,
    before: Option<ReviewId>,
    limit: i64,
) -> Result<Vec<ReviewOut>, StoreError> {
    let rows = sqlx::query(
        "SELECT review.id, review.rating, review.text, users.name, review.created_at, review.edited_at
         FROM review
         JOIN users ON users.id = review.user_id
         WHERE review.station_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR review.id < $2)
         ORDER BY review.id DESC
         LIMIT $3",
    )
    .bind(station.0)
    .bind(before.map(|review| review.0))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(review).collect()
}

fn review(row: &AnyRow) -> Result<ReviewOut, StoreError> {
    let name: String = row.plain("name")?;
    Ok(ReviewOut {
        id: ReviewId(row.plain("id")?),
        rating: row.plain("rating")?,
        text: row.plain("text")?,
        first_name: first_name(&name).to_owned(),
        created_at: row.instant("created_at")?,
        edited_at: row.instant_or_null("edited_at")?,
    })
}
