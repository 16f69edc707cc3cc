//! `voltbay check` is silent while everything is right and finds whatever is not.

use sqlx::{AssertSqlSafe, Connection, Executor};
use voltbay::server::check;

use crate::support::app::TestApp;

async fn findings(app: &TestApp) -> Vec<String> {
    check::findings(&app.app).await.unwrap()
}

/// Does what no use case does.
async fn tamper(app: &TestApp, statement: &str) {
    let url = app.app.config.database_url.as_str();
    let mut connection = sqlx::AnyConnection::connect(url).await.unwrap();
    connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await
        .unwrap();
}

each_engine! {
    async fn every_kind_of_drift_is_found(app: TestApp) {
        let demo = app.demo().await;
        demo.customer.book(1, 1, 2).await.expect(201);
        assert_eq!(findings(&app).await, [""; 0]);
        for (damage, repair, told) in [
            (
                "UPDATE battery SET hold_id = NULL WHERE hold_id = (SELECT MIN(id) FROM hold)",
                "UPDATE battery SET hold_id = (SELECT MIN(id) FROM hold)
                 WHERE id = (SELECT battery_id FROM hold ORDER BY id LIMIT 1)",
                "is claimed by nobody",
            ),
            (
                "UPDATE hold SET state = 'released' WHERE id = (SELECT MIN(id) FROM hold)",
                "UPDATE hold SET state = 'active'",
                "needs 2 packs, but holds 1",
            ),
            (
                "UPDATE booking_item SET lost_at = 1 WHERE position = 1",
                "UPDATE booking_item SET lost_at = NULL",
                "has lost its battery, but names battery",
            ),
            (
                "INSERT INTO station_rating (station_id, reviews, stars) VALUES (1, 1, 5)",
                "DELETE FROM station_rating",
                "is rated by 1 reviews with 5 stars, but has 0",
            ),
            (
                "UPDATE booking SET state = 'expired'",
                "UPDATE booking SET state = 'confirmed'",
                "is still active",
            ),
            (
                "INSERT INTO pickup_seat (station_id, slot_at, seat, item_id) VALUES (1, 1800000, 1,
                     (SELECT MIN(id) FROM booking_item))",
                "DELETE FROM pickup_seat",
                "is confirmed and not for later",
            ),
            (
                "UPDATE bay SET called_booking_id = (SELECT MIN(id) FROM booking), called_until = 9000000000000000
                 WHERE id = (SELECT MIN(id) FROM bay)",
                "UPDATE bay SET called_booking_id = NULL, called_until = NULL",
                "is kept for booking",
            ),
            (
                "INSERT INTO swap_session (id, code, bay_id, station_id, booking_id, party_size, step, step_at,
                     needs_help, opened_by, opened_at, version)
                 SELECT 1, 'ABCDEFGH', MIN(bay.id), 1, (SELECT MIN(id) FROM booking), 1, 'review', 1, 0,
                     (SELECT MIN(id) FROM users), 1, 1
                 FROM bay
                 WHERE bay.station_id = 1",
                "DELETE FROM swap_session",
                "is open, but booking",
            ),
            (
                "UPDATE booking SET due_at = NULL",
                "UPDATE booking SET due_at = deadline",
                "no timer is set",
            ),
            (
                "UPDATE booking SET station_id = 2",
                "UPDATE booking SET station_id = 1",
                "is at station 2, but its battery",
            ),
            (
                "UPDATE booking_item SET slot = slot + 1 WHERE position = 1",
                "UPDATE booking_item SET slot = slot - 1 WHERE position = 1",
                "names battery",
            ),
            (
                "UPDATE booking SET total_amount = total_amount + 1",
                "UPDATE booking SET total_amount = total_amount - 1",
                "but its items cost 19000",
            ),
            (
                "UPDATE battery SET slot = 40 WHERE station_id = 2 AND slot = 1",
                "UPDATE battery SET slot = 1 WHERE station_id = 2 AND slot = 40",
                "which has no such slot",
            ),
            (
                "UPDATE battery SET holder_id = 1 WHERE station_id = 2 AND slot = 1",
                "UPDATE battery SET holder_id = NULL WHERE station_id = 2 AND slot = 1",
                "and with user 1",
            ),
            (
                "UPDATE topic SET seq = seq + 1 WHERE name = 'station:3'",
                "UPDATE topic SET seq = seq - 1 WHERE name = 'station:3'",
                "Topic station:3 stands at",
            ),
            (
                "UPDATE station SET status = 'offline' WHERE id = 3",
                "UPDATE station SET status = 'online' WHERE id = 3",
                "status online was told, but it is offline",
            ),
            (
                "UPDATE battery SET soc = 89, state = 'charging' WHERE station_id = 6 AND slot = 1",
                "UPDATE battery SET soc = 100, state = 'available' WHERE station_id = 6 AND slot = 1",
                "available 11 was told, but it is 10",
            ),
        ] {
            tamper(&app, damage).await;
            let found = findings(&app).await;
            assert!(found.iter().any(|finding| finding.contains(told)), "{damage}: {found:?}");
            tamper(&app, repair).await;
            assert_eq!(findings(&app).await, [""; 0], "{repair}");
        }
    }
}
