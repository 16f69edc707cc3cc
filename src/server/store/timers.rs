//! How long every timer of the installation is, for what the store itself begins.

use super::Db;
use crate::domain::Timers;

impl Db {
    /// How long every timer is here. Only the first call counts.
    pub fn set_timers(&self, timers: Timers) {
        let _ = self.0.timers.set(timers);
    }

    /// How long every timer is here; the defaults until somebody said otherwise.
    pub(super) fn timers(&self) -> &Timers {
        self.0.timers.get_or_init(Timers::default)
    }
}
