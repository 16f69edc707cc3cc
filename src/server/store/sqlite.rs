//! How `SQLite` is opened.

use std::time::Duration;

use sqlx::Executor;
use sqlx::any::AnyPoolOptions;

/// FULL: an acknowledged booking survives a power cut. Group commit makes it affordable.
pub(super) const WRITER_PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA busy_timeout = 10000; PRAGMA cache_size = -32000;";
/// Readers never write.
pub(super) const READER_PRAGMAS: &str = "PRAGMA busy_timeout = 10000; PRAGMA query_only = ON; PRAGMA cache_size = -8000; PRAGMA mmap_size = 268435456;";

/// Connections to a file, each set up like this.
pub(super) fn pool(connections: u32, pragmas: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(pragmas).await?;
                Ok(())
            })
        })
}
