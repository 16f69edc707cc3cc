//! The database: the only room that knows SQL.

/// The database.
#[derive(Clone)]
pub struct Db {}
