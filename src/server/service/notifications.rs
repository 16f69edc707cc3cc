//! The inbox.

use crate::domain::{NotificationId, Problem};
use crate::protocol::rest::InboxOut;
use crate::server::App;
use crate::server::service::Actor;

/// My messages, newest first.
pub async fn list(app: &App, actor: &Actor, cursor: Option<String>) -> Result<InboxOut, Problem> {
    todo!()
}

/// Marks one as read; answers how many are unread now.
pub async fn read(app: &App, actor: &Actor, id: NotificationId) -> Result<i64, Problem> {
    todo!()
}

/// Marks all as read.
pub async fn read_all(app: &App, actor: &Actor) -> Result<(), Problem> {
    todo!()
}
