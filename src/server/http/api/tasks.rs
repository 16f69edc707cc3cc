//! The work of a station's staff: tasks, shifts, messages, numbers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::whole;
use crate::domain::{AckVia, Problem, StaffMessageId, StationId, TaskId};
use crate::protocol::rest::{
    OnDutyOut, OpsOut, Page, ReassignIn, ShiftIn, StaffMessageIn, StaffMessageOut, TaskIn, TaskOut,
};
use crate::server::App;
use crate::server::http::body::{Body, BodyOrNone};
use crate::server::http::extract::{Id, Key, Staff};
use crate::server::http::openapi::Refused;
use crate::server::service::tasks::{self, Deed};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_tasks, create_task))
        .routes(routes!(acknowledge_task))
        .routes(routes!(start_task))
        .routes(routes!(complete_task))
        .routes(routes!(undo_task))
        .routes(routes!(reassign_task))
        .routes(routes!(station_ops))
        .routes(routes!(who_is_on_duty, begin_or_end_shift))
        .routes(routes!(list_messages, say_to_staff))
        .routes(routes!(acknowledge_message))
}

/// What is to be done at a station of mine, most urgent first
#[utoipa::path(get, path = "/stations/{id}/tasks", tag = "Tasks", params(("id" = i64, Path)),
    responses((status = 200, description = "All tasks that are not done, and those that can be taken back", body = Page<TaskOut>), Refused))]
async fn list_tasks(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
) -> Result<Json<Page<TaskOut>>, Problem> {
    tasks::list(&app, &actor, station).await.map(whole)
}

/// Asks the staff of a station to do something (leads and operators)
#[utoipa::path(post, path = "/stations/{id}/tasks", tag = "Tasks",
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = TaskIn, responses((status = 201, description = "The task", body = TaskOut), Refused))]
async fn create_task(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Key(key): Key,
    Body(body): Body<TaskIn>,
) -> Result<(StatusCode, Json<TaskOut>), Problem> {
    let task = tasks::create(&app, &actor, station, body, key).await?;
    Ok((StatusCode::CREATED, Json(task)))
}

/// I have this task; the first who says so has it
#[utoipa::path(post, path = "/tasks/{id}/ack", tag = "Tasks", params(("id" = i64, Path)),
    responses((status = 200, description = "The task, mine", body = TaskOut), Refused))]
async fn acknowledge_task(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(task): Id<TaskId>,
) -> Result<Json<TaskOut>, Problem> {
    tasks::act(&app, &actor, task, Deed::Ack(AckVia::Api))
        .await
        .map(Json)
}

/// I begin with this task
#[utoipa::path(post, path = "/tasks/{id}/start", tag = "Tasks", params(("id" = i64, Path)),
    responses((status = 200, description = "The task, in progress", body = TaskOut), Refused))]
async fn start_task(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(task): Id<TaskId>,
) -> Result<Json<TaskOut>, Problem> {
    tasks::act(&app, &actor, task, Deed::Start(AckVia::Api))
        .await
        .map(Json)
}

/// This task is done
#[utoipa::path(post, path = "/tasks/{id}/complete", tag = "Tasks", params(("id" = i64, Path)),
    responses((status = 200, description = "The task, done", body = TaskOut), Refused))]
async fn complete_task(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(task): Id<TaskId>,
) -> Result<Json<TaskOut>, Problem> {
    tasks::act(&app, &actor, task, Deed::Complete).await.map(Json)
}

/// This task is not done after all; for some seconds
#[utoipa::path(post, path = "/tasks/{id}/undo", tag = "Tasks", params(("id" = i64, Path)),
    responses((status = 200, description = "The task, in progress again", body = TaskOut), Refused))]
async fn undo_task(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(task): Id<TaskId>,
) -> Result<Json<TaskOut>, Problem> {
    tasks::act(&app, &actor, task, Deed::Undo).await.map(Json)
}

/// Gives a task to somebody else, who has to acknowledge it (leads and operators)
#[utoipa::path(post, path = "/tasks/{id}/reassign", tag = "Tasks", params(("id" = i64, Path)),
    request_body = Option<ReassignIn>,
    responses((status = 200, description = "The task, open again", body = TaskOut), Refused))]
async fn reassign_task(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(task): Id<TaskId>,
    BodyOrNone(body): BodyOrNone<ReassignIn>,
) -> Result<Json<TaskOut>, Problem> {
    tasks::act(&app, &actor, task, Deed::Reassign(body))
        .await
        .map(Json)
}

/// How a station of mine stands, in numbers
#[utoipa::path(get, path = "/stations/{id}/ops", tag = "Tasks", params(("id" = i64, Path)),
    responses((status = 200, description = "The numbers", body = OpsOut), Refused))]
async fn station_ops(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
) -> Result<Json<OpsOut>, Problem> {
    tasks::ops(&app, &actor, station).await.map(Json)
}

/// Who is on shift at a station of mine or has a screen of it open, and with what
#[utoipa::path(get, path = "/stations/{id}/shift", tag = "Tasks", params(("id" = i64, Path)),
    responses((status = 200, description = "All of them, by name", body = Page<OnDutyOut>), Refused))]
async fn who_is_on_duty(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
) -> Result<Json<Page<OnDutyOut>>, Problem> {
    tasks::on_duty(&app, &actor, station).await.map(whole)
}

/// I begin or end my work at a station of mine; once more changes nothing
#[utoipa::path(post, path = "/stations/{id}/shift", tag = "Tasks", params(("id" = i64, Path)),
    request_body = ShiftIn, responses((status = 200, description = "Who is there now", body = Page<OnDutyOut>), Refused))]
async fn begin_or_end_shift(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Body(body): Body<ShiftIn>,
) -> Result<Json<Page<OnDutyOut>>, Problem> {
    tasks::turn_up(&app, &actor, station, body).await.map(whole)
}

/// What was said to everybody at a station of mine, newest first, and who has acknowledged it
#[utoipa::path(get, path = "/stations/{id}/messages", tag = "Tasks", params(("id" = i64, Path)),
    responses((status = 200, description = "The newest", body = Page<StaffMessageOut>), Refused))]
async fn list_messages(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
) -> Result<Json<Page<StaffMessageOut>>, Problem> {
    tasks::messages(&app, &actor, station).await.map(whole)
}

/// Says something to everybody at a station (leads and operators)
#[utoipa::path(post, path = "/stations/{id}/messages", tag = "Tasks",
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = StaffMessageIn, responses((status = 201, description = "The message, and who has to acknowledge it", body = StaffMessageOut), Refused))]
async fn say_to_staff(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(station): Id<StationId>,
    Key(key): Key,
    Body(body): Body<StaffMessageIn>,
) -> Result<(StatusCode, Json<StaffMessageOut>), Problem> {
    let said = tasks::say(&app, &actor, station, body, key).await?;
    Ok((StatusCode::CREATED, Json(said)))
}

/// I have seen this message; once more changes nothing
#[utoipa::path(post, path = "/messages/{id}/ack", tag = "Tasks", params(("id" = i64, Path)),
    responses((status = 204, description = "Acknowledged"), Refused))]
async fn acknowledge_message(
    State(app): State<App>,
    Staff(actor): Staff,
    Id(message): Id<StaffMessageId>,
) -> Result<StatusCode, Problem> {
    tasks::acknowledge_message(&app, &actor, message).await?;
    Ok(StatusCode::NO_CONTENT)
}
