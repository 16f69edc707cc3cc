//! The HTTP API under `/api/v1`: one handler per route, each of which calls one use case. The `OpenAPI`
//! document is made from these very handlers.

pub mod auth;
pub mod batteries;
pub mod bays;
pub mod booking_steps;
pub mod bookings;
pub mod cash_counts;
pub mod closing;
pub mod health;
pub mod notifications;
pub mod operators;
pub mod payments;
pub mod plans;
pub mod reviews;
pub mod rules;
pub mod schedule;
pub mod services;
pub mod sessions;
pub mod staffing;
pub mod stations;
pub mod tasks;
pub mod vehicles;
pub mod waitlist;

use utoipa_axum::router::OpenApiRouter;

use crate::protocol::rest::Page;
use crate::server::App;

/// Every route, without the prefix.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(auth::router())
        .merge(stations::router())
        .merge(batteries::router())
        .merge(bookings::router())
        .merge(booking_steps::router())
        .merge(rules::router())
        .merge(closing::router())
        .merge(schedule::router())
        .merge(payments::router())
        .merge(cash_counts::router())
        .merge(services::router())
        .merge(bays::router())
        .merge(sessions::router())
        .merge(notifications::router())
        .merge(plans::router())
        .merge(vehicles::router())
        .merge(waitlist::router())
        .merge(reviews::router())
        .merge(staffing::router())
        .merge(operators::router())
        .merge(tasks::router())
}

/// A list that always fits on one page.
fn whole<T>(items: Vec<T>) -> axum::Json<Page<T>> {
    axum::Json(Page { items, next: None })
}
