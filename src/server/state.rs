//! What every request and every job shares.

use std::sync::Arc;

use anyhow::Context;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::{Clock, PaymentMethod, Problem, StationId, Timers, UserId};
use crate::server::auth::Auth;
use crate::server::config::{Config, ProviderChoice, Switch};
use crate::server::live::presence::{Limits, Presence};
use crate::server::live::{Hub, outbox};
use crate::server::provider::{PaymentProvider, Secret, TestProvider};
use crate::server::store::{Db, demo};

/// A listener that falls so far behind must look up who is still signed in.
const ENDED_SESSIONS_KEPT: usize = 1_024;

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
    /// How this installation is set up.
    pub config: Arc<Config>,
    /// Passwords, attempts and socket tickets.
    pub auth: Arc<Auth>,
    /// Who takes money by card and QR, if anybody does.
    test_provider: Option<Arc<TestProvider>>,
    /// The topics that somebody watches.
    pub hub: Arc<Hub>,
    /// Who is connected by a socket.
    pub presence: Arc<Presence>,
    /// Tells whose sockets must close.
    pub ended_sessions: broadcast::Sender<EndedSession>,
    /// Cancelled when the server is to stop; whoever runs in the background watches it.
    pub shutdown: CancellationToken,
    /// Everything that runs in the background, so that a stop can wait for it.
    pub tasks: TaskTracker,
}

/// A sign-in that is worth nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndedSession {
    /// Signed out: the session with this token hash.
    Session(String),
    /// Deactivated or closed: every session of this person.
    User(UserId),
    /// Works at this station no more; signed in she still is.
    Post(UserId, StationId),
}

impl App {
    /// Opens the database, brings it up to date, and starts nothing yet.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let charge_speed = config.simulate.0.unwrap_or(1.0);
        let db = Db::open(config.database_url.as_str(), Arc::clone(&clock), charge_speed)
            .await
            .with_context(|| {
                format!(
                    "DATABASE_URL: the {:?} database cannot be opened",
                    config.database_url
                )
            })?;
        db.set_timers(config.timers.0.clone());
        let auth = Auth::new(&config, Arc::clone(&clock));
        let hub = Hub::new(db.clone(), config.events_in_memory);
        outbox::listen(&hub);
        let test_provider = test_provider(&config, &db).await?;
        Ok(Self {
            db,
            test_provider,
            hub,
            presence: Presence::new(socket_limits(&config)),
            timers: Arc::new(config.timers.0.clone()),
            charge_speed,
            auth: Arc::new(auth),
            clock,
            config: Arc::new(config),
            ended_sessions: broadcast::Sender::new(ENDED_SESSIONS_KEPT),
            shutdown: CancellationToken::new(),
            tasks: TaskTracker::new(),
        })
    }

    /// Who takes money by card and QR; nobody where the installation has no payment service.
    pub fn provider(&self) -> Option<&dyn PaymentProvider> {
        let provider: &dyn PaymentProvider = self.test_provider.as_deref()?;
        Some(provider)
    }

    /// Who takes money paid in this way.
    ///
    /// # Errors
    /// [`Problem::Invalid`] where nobody does.
    pub fn provider_of(&self, method: PaymentMethod) -> Result<&dyn PaymentProvider, Problem> {
        let provider = self.provider().filter(|_| method.is_online());
        provider.ok_or_else(|| {
            Problem::invalid("method", "Nobody takes cards or QR payments here; send \"cash\".")
        })
    }

    /// The service whose checkout page this site itself plays, if it is the one in use.
    pub fn test_provider(&self) -> Option<&Arc<TestProvider>> {
        self.test_provider.as_ref()
    }
}

/// The test service, where it was asked for: by the setting, or by loading the demo. A real network must never take
/// its word for money.
async fn test_provider(config: &Config, db: &Db) -> anyhow::Result<Option<Arc<TestProvider>>> {
    let is_used = match config.payment_provider {
        ProviderChoice::Test => true,
        ProviderChoice::None => false,
        ProviderChoice::Auto => demo::is_loaded(&mut *db.snapshot().await?).await?,
    };
    let secret = config.payment_secret.as_deref();
    let secret = secret.map_or_else(Secret::random, Secret::new);
    Ok(is_used.then(|| Arc::new(TestProvider::new(db.clone(), secret))))
}

fn socket_limits(config: &Config) -> Limits {
    let per_user = match config.rate_limit {
        Switch::On => config.max_connections_per_user,
        Switch::Off => u32::MAX,
    };
    let count = |most: u32| usize::try_from(most).unwrap_or(usize::MAX);
    Limits {
        per_address: count(config.max_connections_per_ip),
        per_user: count(per_user),
    }
}
