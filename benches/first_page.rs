//! How long the first page takes: the stations of the demo network, rendered on the server, on one core.
//!
//! `cargo bench --features ssr --bench first_page`. The goal is a median under 10 ms.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use clap::Parser;
use http_body_util::BodyExt;
use tower::ServiceExt;
use voltbay::server::config::Config;
use voltbay::server::{Server, SystemClock, demo, http};

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    config: Config,
}

const WARM_UP: usize = 50;
const ROUNDS: usize = 1_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = format!("sqlite:{}", folder.path().join("voltbay.db").display());
    let words = [
        "voltbay",
        "--addr=127.0.0.1:0",
        "--rate-limit=off",
        "--database-url",
        &database,
    ];
    let config = Settings::parse_from(words).config;
    let server = Server::bind(config, Arc::new(SystemClock))
        .await
        .expect("the server starts");
    demo::load(server.app()).await.expect("the demo network");
    let router = http::router(server.app());
    for path in ["/", "/stations/1"] {
        for _ in 0..WARM_UP {
            request(&router, path).await;
        }
        let mut times = Vec::with_capacity(ROUNDS);
        let mut bytes = 0;
        for _ in 0..ROUNDS {
            let started = Instant::now();
            bytes = request(&router, path).await;
            times.push(started.elapsed());
        }
        report(path, bytes, times);
    }
}

/// Answers how large the page is.
async fn request(router: &Router, path: &str) -> usize {
    let request = Request::get(path)
        .header("host", "127.0.0.1")
        .body(Body::empty())
        .expect("a request");
    let answer = router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), 200, "{path}");
    answer
        .into_body()
        .collect()
        .await
        .expect("a page")
        .to_bytes()
        .len()
}

fn report(path: &str, bytes: usize, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let index = ((times.len() - 1) as f64 * part) as usize;
        times[index].as_secs_f64() * 1_000.0
    };
    println!(
        "{path}: {bytes} bytes, median {:.2} ms, p90 {:.2} ms, p99 {:.2} ms",
        at(0.5),
        at(0.9),
        at(0.99)
    );
}
