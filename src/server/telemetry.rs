//! What the server tells its operators: log lines, and numbers under `/metrics`.
//!
//! Every number is named in [`Metric`], its labels are closed sets: never an id, a name or an address.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use super::config::LogFormat;

/// What is logged unless `RUST_LOG` says otherwise.
const DEFAULT_FILTER: &str = "info,sqlx=warn,tower_http=warn,hyper=warn";

/// Every number under `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Requests answered, by method, route and class of status.
    HttpRequests,
    /// How long an answer took, by route.
    HttpSeconds,
    /// Open connections.
    HttpConnections,
    /// Connections refused because their address had too many.
    HttpConnectionsRefused,
    /// Sign-ins, by result.
    SignIns,
    /// Requests refused by a limit, by limit.
    Throttled,
    /// Open sockets.
    WsConnections,
    /// Sockets asked for, by result.
    WsUpgrades,
    /// Sockets closed by the server, by code.
    WsCloses,
    /// Snapshots in place of frames that a slow reader missed.
    WsConflations,
    /// Bookmarks that clients came back with, by what became of them.
    WsRecover,
    /// Events read from the database for clients that came back.
    WsReplayedEvents,
    /// Frames written to sockets.
    WsFrames,
    /// Events committed by this process.
    EventsPublished,
    /// Events found in the database that were not heard of.
    EventsPulled,
    /// Events heard of before the one in front of them.
    GapsDetected,
    /// Topics kept in memory.
    TopicsOpen,
}

impl Metric {
    /// Every one.
    pub const ALL: [Self; 17] = [
        Self::HttpRequests,
        Self::HttpSeconds,
        Self::HttpConnections,
        Self::HttpConnectionsRefused,
        Self::SignIns,
        Self::Throttled,
        Self::WsConnections,
        Self::WsUpgrades,
        Self::WsCloses,
        Self::WsConflations,
        Self::WsRecover,
        Self::WsReplayedEvents,
        Self::WsFrames,
        Self::EventsPublished,
        Self::EventsPulled,
        Self::GapsDetected,
        Self::TopicsOpen,
    ];

    /// Its name under `/metrics`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HttpRequests => "http_requests_total",
            Self::HttpSeconds => "http_request_seconds",
            Self::HttpConnections => "http_connections",
            Self::HttpConnectionsRefused => "http_connections_refused_total",
            Self::SignIns => "sign_ins_total",
            Self::Throttled => "throttled_total",
            Self::WsConnections => "ws_connections",
            Self::WsUpgrades => "ws_upgrades_total",
            Self::WsCloses => "ws_closes_total",
            Self::WsConflations => "ws_conflations_total",
            Self::WsRecover => "ws_recover_total",
            Self::WsReplayedEvents => "ws_replayed_events_total",
            Self::WsFrames => "ws_frames_total",
            Self::EventsPublished => "events_published_total",
            Self::EventsPulled => "anti_entropy_found_total",
            Self::GapsDetected => "hub_gaps_total",
            Self::TopicsOpen => "topics_open",
        }
    }

    /// What it counts, for whoever reads `/metrics`.
    const fn meaning(self) -> &'static str {
        match self {
            Self::HttpRequests => "Requests answered",
            Self::HttpSeconds => "Seconds from the request's head to the answer's",
            Self::HttpConnections => "Open connections",
            Self::HttpConnectionsRefused => "Connections refused because their address had too many",
            Self::SignIns => "Sign-ins",
            Self::Throttled => "Requests refused by a limit",
            Self::WsConnections => "Open sockets",
            Self::WsUpgrades => "Sockets asked for",
            Self::WsCloses => "Sockets closed by the server",
            Self::WsConflations => "Snapshots in place of frames that a slow reader missed",
            Self::WsRecover => "Bookmarks that clients came back with",
            Self::WsReplayedEvents => "Events read from the database for clients that came back",
            Self::WsFrames => "Frames written to sockets",
            Self::EventsPublished => "Events committed by this process",
            Self::EventsPulled => "Events found in the database that were not heard of",
            Self::GapsDetected => "Events heard of before the one in front of them",
            Self::TopicsOpen => "Topics kept in memory",
        }
    }

    fn describe(self) {
        if self.name().ends_with("_total") {
            metrics::describe_counter!(self.name(), self.meaning());
        } else if self.name().ends_with("_seconds") {
            metrics::describe_histogram!(self.name(), self.meaning());
        } else {
            metrics::describe_gauge!(self.name(), self.meaning());
        }
    }
}

/// Begins to write log lines to standard error. A second call changes nothing.
pub fn start_logging(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_writer(std::io::stderr);
    // It fails only when somebody, like a test, logs already.
    let _ = match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}

/// The numbers of this process. The first call begins to count.
pub fn numbers() -> Option<&'static PrometheusHandle> {
    const SECONDS: [f64; 12] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
    ];
    static NUMBERS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let begin = || {
        let builder = PrometheusBuilder::new().set_buckets(&SECONDS).ok()?;
        let handle = builder.install_recorder().ok()?;
        Metric::ALL.into_iter().for_each(Metric::describe);
        Some(handle)
    };
    NUMBERS.get_or_init(begin).as_ref()
}
