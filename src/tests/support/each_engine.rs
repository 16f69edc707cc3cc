//! One test, two databases.

/// Turns each `async fn name(app: TestApp)` into two tests, `name::sqlite` and `name::postgres`, of a server with the
/// settings after `with`, if there are any.
///
/// `PostgreSQL` is found by `VOLTBAY_TEST_POSTGRES` (`scripts/with-postgres` starts one); without it those
/// tests say that they were skipped, unless `CI` is set: then they fail.
macro_rules! each_engine {
    (with $settings:expr; $($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($app: $crate::support::app::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test($crate::support::app::TestApp::on_sqlite_with(&$settings).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(app) = $crate::support::app::TestApp::on_postgres_with(&$settings).await {
                    test(app).await;
                }
            }
        }
    )+};
    ($($tests:tt)+) => {
        each_engine! { with []; $($tests)+ }
    };
}
