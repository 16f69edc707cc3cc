//! What the server does by itself when its time has come. Each job watches the token that stops the server.

pub mod charging;
pub mod cleanup;
pub mod due;
pub mod escalation;
pub mod expiry;
pub mod faults;
pub mod floor;
pub mod hours;
pub mod inspection;
pub mod payments;
pub mod plans;
pub mod presence;
pub mod riders;
pub mod services;
mod swaps;
pub mod waitlist;

use crate::server::App;

/// Starts every job; they end when the server is told to stop. Packs charge and fail and riders come by themselves
/// only where the simulator was asked for.
pub fn start(app: &App) {
    app.tasks.spawn(due::run::<expiry::Expiry>(app.clone()));
    app.tasks.spawn(due::run::<floor::Floor>(app.clone()));
    app.tasks.spawn(due::run::<services::HalfHours>(app.clone()));
    app.tasks.spawn(waitlist::run(app.clone()));
    app.tasks.spawn(hours::run(app.clone()));
    app.tasks.spawn(inspection::run(app.clone()));
    app.tasks.spawn(plans::run(app.clone()));
    app.tasks.spawn(payments::run(app.clone()));
    app.tasks.spawn(due::run::<escalation::Escalation>(app.clone()));
    app.tasks.spawn(presence::run(app.clone()));
    app.tasks.spawn(cleanup::run(app.clone()));
    if app.config.simulate.0.is_some() {
        app.tasks.spawn(charging::run(app.clone()));
        app.tasks.spawn(riders::run(app.clone()));
        app.tasks.spawn(faults::run(app.clone()));
    }
}
