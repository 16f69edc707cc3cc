//! Who hangs up in the middle of something leaves nothing behind.

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::world::World;

const CALLERS: usize = 100;
/// More than there are connections to the database.
const WRITERS: usize = 50;

each_engine! {
    /// A read that is given up half-way must not leave its transaction to whoever writes next.
    async fn who_hangs_up_while_something_is_read_disturbs_nobody(app: TestApp) {
        let world = World::with_packs(&app, 1).await;
        let asha = app.customer().await;
        for call in 0..CALLERS {
            let mut line = TcpStream::connect(app.address).await.expect("a connection");
            let request = format!(
                "GET /api/v1/stations/{} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\r\n",
                world.station, asha.token
            );
            line.write_all(request.as_bytes()).await.expect("a request");
            // Each a little later than the one before, so that some of them meet the beginning of the read.
            for _ in 0..call * 5 {
                tokio::task::yield_now().await;
            }
            line.set_zero_linger().expect("hung up at once");
            drop(line);
        }
        let names = (0..WRITERS).map(|number| json!({"name": format!("Asha {number}")}));
        let written = names.map(|name| asha.client.patch("/api/v1/me", name));
        for answer in futures_util::future::join_all(written).await {
            answer.expect(200);
        }
    }
}
