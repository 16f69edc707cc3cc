//! The inbox.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{NotificationId, Problem};
use crate::protocol::rest::InboxOut;
use crate::server::App;
use crate::server::http::extract::{Asked, Id, SignedIn};
use crate::server::http::openapi::Refused;
use crate::server::service::notifications;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_notifications))
        .routes(routes!(read_notification))
        .routes(routes!(read_all_notifications))
}

/// What is asked of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct InboxAsked {
    /// `next` of the page before
    cursor: Option<String>,
}

/// How many messages are unread now.
#[derive(Serialize, ToSchema)]
struct UnreadOut {
    /// So many.
    unread: i64,
}

/// My messages, newest first
#[utoipa::path(get, path = "/notifications", tag = "Notifications", params(InboxAsked),
    responses((status = 200, description = "One page", body = InboxOut), Refused))]
async fn list_notifications(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Asked(asked): Asked<InboxAsked>,
) -> Result<Json<InboxOut>, Problem> {
    notifications::list(&app, &actor, asked.cursor).await.map(Json)
}

/// Marks one message as read
#[utoipa::path(post, path = "/notifications/{id}/read", tag = "Notifications", params(("id" = i64, Path)),
    responses((status = 200, description = "How many are unread now", body = UnreadOut), Refused))]
async fn read_notification(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
    Id(notification): Id<NotificationId>,
) -> Result<Json<UnreadOut>, Problem> {
    let unread = notifications::read(&app, &actor, notification).await?;
    Ok(Json(UnreadOut { unread }))
}

/// Marks all messages as read
#[utoipa::path(post, path = "/notifications/read-all", tag = "Notifications",
    responses((status = 200, description = "None is unread now", body = UnreadOut), Refused))]
async fn read_all_notifications(
    State(app): State<App>,
    SignedIn(actor): SignedIn,
) -> Result<Json<UnreadOut>, Problem> {
    notifications::read_all(&app, &actor).await?;
    Ok(Json(UnreadOut { unread: 0 }))
}
