//! My review of a booking.

use leptos::prelude::*;

use super::codec::Plain;
use crate::domain::{BookingId, Problem};
use crate::protocol::rest::ReviewOut;

/// Reviews my booking.
#[server(prefix = "/call", endpoint = "write_review", output = Plain)]
pub async fn write_review(
    /// Which booking.
    booking: BookingId,
    /// Stars, as chosen.
    #[server(default)]
    rating: String,
    /// What I say.
    text: String,
) -> Result<ReviewOut, Problem> {
    use crate::protocol::rest::ReviewIn;
    use crate::server::service::reviews;

    let (app, actor) = (super::app()?, super::actor()?);
    let body = ReviewIn {
        rating: chosen(&rating),
        text,
    };
    reviews::write(&app, &actor, booking, body, None)
        .await
        .map_err(super::told)
}

/// Changes my review.
#[server(prefix = "/call", endpoint = "change_review", output = Plain)]
pub async fn change_review(
    /// Of which booking.
    booking: BookingId,
    /// Stars, as chosen.
    #[server(default)]
    rating: String,
    /// What I say.
    text: String,
) -> Result<ReviewOut, Problem> {
    use crate::protocol::rest::ReviewPatch;
    use crate::server::service::reviews;

    let (app, actor) = (super::app()?, super::actor()?);
    let patch = ReviewPatch {
        rating: Some(chosen(&rating)),
        text: Some(text),
    };
    reviews::change(&app, &actor, booking, patch)
        .await
        .map_err(super::told)
}

/// Deletes my review.
#[server(prefix = "/call", endpoint = "delete_review", output = Plain)]
pub async fn delete_review(
    /// Of which booking.
    booking: BookingId,
) -> Result<(), Problem> {
    use crate::server::service::reviews;

    let (app, actor) = (super::app()?, super::actor()?);
    reviews::remove(&app, &actor, booking).await.map_err(super::told)
}

/// No stars are none: the use case says so beside its other complaints.
#[cfg(feature = "ssr")]
fn chosen(rating: &str) -> i64 {
    rating.parse().unwrap_or(0)
}
