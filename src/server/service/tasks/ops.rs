//! How a station stands, in numbers.

use super::my_station;
use crate::domain::{Problem, StationId};
use crate::protocol::rest::OpsOut;
use crate::server::App;
use crate::server::days::Day;
use crate::server::service::Actor;
use crate::server::store::ops;

/// How a station of mine stands.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Forbidden`].
pub async fn ops(app: &App, actor: &Actor, station: StationId) -> Result<OpsOut, Problem> {
    let mut snapshot = app.db.snapshot().await?;
    let row = my_station(&mut snapshot, actor, station).await?;
    let today = Day::at(app.clock.now(), &row.timezone).begins(&row.timezone);
    let mut out = ops::counts(&mut snapshot, station, today).await?;
    out.name = row.name;
    let waits = ops::waits(&mut snapshot, station, today).await?;
    out.ack_p90_s = nine_of_ten(waits);
    Ok(out)
}

/// Within so many seconds nine of ten were.
fn nine_of_ten(mut waits: Vec<i64>) -> Option<i64> {
    waits.sort_unstable();
    let place = (waits.len() * 9).div_ceil(10);
    waits.get(place.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::nine_of_ten;

    #[test]
    fn nine_of_ten_were_acknowledged_within() {
        assert_eq!(nine_of_ten(vec![]), None);
        assert_eq!(nine_of_ten(vec![7]), Some(7));
        assert_eq!(nine_of_ten((1..=10).rev().collect()), Some(9));
        assert_eq!(nine_of_ten((1..=100).collect()), Some(90));
    }
}
