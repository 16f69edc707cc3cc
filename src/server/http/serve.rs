//! Takes connections and speaks HTTP/1.1 on them.
//!
//! An accept loop of our own, because `axum::serve` sets no time limit on request heads, no limit of
//! connections per address, and does not wait for upgraded connections when the server stops.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics::{counter, gauge};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use super::without_trailing_slash;
use crate::server::App;
use crate::server::telemetry::Metric;

/// A client must have sent the head of its request by then.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Read and write buffer of a connection, and so the longest head of a request.
const BUFFER: usize = 16 * 1024;
/// A client that acknowledges nothing for so long is gone.
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);
/// After an error like "too many open files" the loop rests so long.
const REST: Duration = Duration::from_millis(100);

/// Takes connections until the server is told to stop; what is under way goes on.
pub async fn accept(listener: TcpListener, router: Router, app: &App) {
    let census = Arc::new(Census::new(app));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = app.shutdown.cancelled() => return,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        let Some(seat) = census.seat(peer.ip()) else {
            counter!(Metric::HttpConnectionsRefused.name()).increment(1);
            continue;
        };
        if let Err(error) = tune(&stream) {
            tracing::debug!(%error, "a connection could not be tuned");
        }
        app.tasks
            .spawn(speak(stream, peer, router.clone(), app.clone(), seat));
    }
}

/// Small messages leave at once, dead peers are noticed, and the kernel keeps little that was not sent yet,
/// so that a slow reader shows.
fn tune(stream: &TcpStream) -> std::io::Result<()> {
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(30))
        .with_interval(Duration::from_secs(10));
    let socket = SockRef::from(stream);
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_keepalive(&keepalive)?;
    tune_linux(&socket)
}

#[cfg(target_os = "linux")]
fn tune_linux(socket: &SockRef<'_>) -> std::io::Result<()> {
    const NOT_SENT: u32 = 16 * 1024;
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    socket.set_tcp_notsent_lowat(NOT_SENT)
}

#[cfg(not(target_os = "linux"))]
fn tune_linux(_socket: &SockRef<'_>) -> std::io::Result<()> {
    let _ = UNACKNOWLEDGED;
    Ok(())
}

async fn speak(stream: TcpStream, peer: SocketAddr, router: Router, app: App, seat: Seat) {
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        answer(router.clone(), request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = app.shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
    drop(seat);
}

async fn answer(router: Router, request: Request<Body>) -> Result<Response, Infallible> {
    match without_trailing_slash(request) {
        Ok(request) => router.oneshot(request).await,
        Err(redirect) => Ok(redirect),
    }
}

/// How many connections each address has.
struct Census {
    most: u32,
    proxies: Vec<IpAddr>,
    seats: Mutex<HashMap<IpAddr, u32>>,
}

impl Census {
    fn new(app: &App) -> Self {
        Self {
            most: app.config.max_connections_per_ip,
            proxies: app.config.trusted_proxies.clone(),
            seats: Mutex::default(),
        }
    }

    /// A seat for one more connection from there, given back when it is dropped.
    fn seat(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let address = address.to_canonical();
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = seats.entry(address).or_insert(0);
        if *taken >= self.most && !self.proxies.contains(&address) {
            return None;
        }
        *taken += 1;
        gauge!(Metric::HttpConnections.name()).increment(1);
        let census = Arc::clone(self);
        Some(Seat { census, address })
    }
}

struct Seat {
    census: Arc<Census>,
    address: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.census.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = seats.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                seats.remove(&self.address);
            }
        }
        gauge!(Metric::HttpConnections.name()).decrement(1);
    }
}
