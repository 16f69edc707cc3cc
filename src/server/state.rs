//! What every request and every job shares.

use std::sync::Arc;

use crate::domain::{Clock, Timers};
use crate::server::store::Db;

/// The running application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    /// How long every timer is here.
    pub timers: Arc<Timers>,
    /// Times faster than in reality that charging packs charge (1 unless the simulator runs).
    pub charge_speed: f64,
}
