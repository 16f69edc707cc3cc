//! Leave the line, or say no to an offer: one step each, and the packs go to whoever is next.

use super::own;
use crate::domain::{Problem, WaitCommand, WaitlistEntryId};
use crate::server::App;
use crate::server::service::Actor;

/// Gives up a place in line, and with it what is offered.
///
/// # Errors
/// [`Problem::NotFound`] for another's, [`Problem::TooLate`] when it is over.
pub async fn leave(app: &App, actor: &Actor, entry: WaitlistEntryId) -> Result<(), Problem> {
    end(app, actor, entry, WaitCommand::Leave).await
}

/// Says no to an offer; that ends the place too.
///
/// # Errors
/// [`Problem::NotFound`] for another's, [`Problem::TooLate`] when there is no offer any more.
pub async fn decline(app: &App, actor: &Actor, entry: WaitlistEntryId) -> Result<(), Problem> {
    end(app, actor, entry, WaitCommand::Decline).await
}

async fn end(app: &App, actor: &Actor, entry: WaitlistEntryId, command: WaitCommand) -> Result<(), Problem> {
    let who = actor.clone();
    app.db
        .write(actor.cause(), move |tx| {
            let actor = who.clone();
            Box::pin(async move {
                let read = own(tx, &actor, entry).await?;
                if read.state.after(command).is_none() {
                    return Err(Problem::TooLate.into());
                }
                tx.end_entry(&read, command).await?;
                Ok(())
            })
        })
        .await
}
