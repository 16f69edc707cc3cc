//! Tells everybody who watches the true counts of stations again, although nothing changed: to see with
//! one's own eyes that every screen is reached.

use crate::domain::{Problem, StationId};
use crate::server::App;
use crate::server::service::stations::{self, StationQuery};
use crate::server::store::Cause;

/// A station's id and name, for whoever chooses among them.
pub type Named = (StationId, String);

/// Sends one `inventory_update` with `action:"test"`.
pub async fn announce(app: &App, station: StationId) -> Result<(), Problem> {
    let work = app.db.write(Cause::system("test-broadcast"), move |tx| {
        Box::pin(async move {
            tx.announce(station);
            Ok(())
        })
    });
    work.await
}

/// This station, or all of them by id.
pub async fn audience(app: &App, station: Option<StationId>) -> Result<Vec<Named>, Problem> {
    if let Some(station) = station {
        let found = stations::get(app, station).await?;
        return Ok(vec![(station, found.name)]);
    }
    let mut query = StationQuery::default();
    let mut all = Vec::new();
    loop {
        let page = stations::list(app, query.clone()).await?;
        all.extend(page.items.into_iter().map(|station| (station.id, station.name)));
        if page.next.is_none() {
            all.sort_unstable();
            return Ok(all);
        }
        query.cursor = page.next;
    }
}
