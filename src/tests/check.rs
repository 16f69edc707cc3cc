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

/// Something that no use case does, how it is undone, and what is told of it.
struct Drift {
    damage: &'static str,
    repair: &'static str,
    told: &'static str,
}

const DRIFTS: &[Drift] = &[
    Drift {
        damage: "UPDATE battery SET hold_id = NULL WHERE hold_id = (SELECT MIN(id) FROM hold)",
        repair: "UPDATE battery SET hold_id = (SELECT MIN(id) FROM hold)
         WHERE id = (SELECT battery_id FROM hold ORDER BY id LIMIT 1)",
        told: "is claimed by nobody",
    },
    Drift {
        damage: "UPDATE hold SET state = 'released' WHERE id = (SELECT MIN(id) FROM hold)",
        repair: "UPDATE hold SET state = 'active'",
        told: "needs 2 packs, but holds 1",
    },
    Drift {
        damage: "UPDATE booking_item SET lost_at = 1 WHERE position = 1",
        repair: "UPDATE booking_item SET lost_at = NULL",
        told: "has lost its battery, but names battery",
    },
    Drift {
        damage: "INSERT INTO station_rating (station_id, reviews, stars) VALUES (1, 1, 5)",
        repair: "DELETE FROM station_rating",
        told: "is rated by 1 reviews with 5 stars, but has 0",
    },
    Drift {
        damage: "UPDATE booking SET state = 'expired'",
        repair: "UPDATE booking SET state = 'confirmed'",
        told: "is still active",
    },
    Drift {
        damage: "INSERT INTO pickup_seat (station_id, slot_at, seat, item_id) VALUES (1, 1800000, 1,
             (SELECT MIN(id) FROM booking_item))",
        repair: "DELETE FROM pickup_seat",
        told: "is confirmed and not for later",
    },
    Drift {
        damage:
            "UPDATE bay SET called_booking_id = (SELECT MIN(id) FROM booking), called_until = 9000000000000000
         WHERE id = (SELECT MIN(id) FROM bay)",
        repair: "UPDATE bay SET called_booking_id = NULL, called_until = NULL",
        told: "is kept for booking",
    },
    Drift {
        damage:
            "INSERT INTO swap_session (id, code, bay_id, station_id, booking_id, party_size, step, step_at,
             needs_help, opened_by, opened_at, version)
         SELECT 1, 'ABCDEFGH', MIN(bay.id), 1, (SELECT MIN(id) FROM booking), 1, 'review', 1, 0,
             (SELECT MIN(id) FROM users), 1, 1
         FROM bay
         WHERE bay.station_id = 1",
        repair: "DELETE FROM swap_session",
        told: "is open, but booking",
    },
    Drift {
        damage: "UPDATE booking SET due_at = NULL",
        repair: "UPDATE booking SET due_at = deadline",
        told: "no timer is set",
    },
    Drift {
        damage: "UPDATE booking SET station_id = 2",
        repair: "UPDATE booking SET station_id = 1",
        told: "is at station 2, but its battery",
    },
    Drift {
        damage: "UPDATE booking_item SET slot = slot + 1 WHERE position = 1",
        repair: "UPDATE booking_item SET slot = slot - 1 WHERE position = 1",
        told: "names battery",
    },
    Drift {
        damage: "UPDATE booking SET total_amount = total_amount + 1",
        repair: "UPDATE booking SET total_amount = total_amount - 1",
        told: "but its items cost 19000",
    },
    Drift {
        damage: "UPDATE battery SET slot = 40 WHERE station_id = 2 AND slot = 1",
        repair: "UPDATE battery SET slot = 1 WHERE station_id = 2 AND slot = 40",
        told: "which has no such slot",
    },
    Drift {
        damage: "UPDATE battery SET holder_id = 1 WHERE station_id = 2 AND slot = 1",
        repair: "UPDATE battery SET holder_id = NULL WHERE station_id = 2 AND slot = 1",
        told: "and with user 1",
    },
    Drift {
        damage: "UPDATE topic SET seq = seq + 1 WHERE name = 'station:3'",
        repair: "UPDATE topic SET seq = seq - 1 WHERE name = 'station:3'",
        told: "Topic station:3 stands at",
    },
    Drift {
        damage: "UPDATE station SET status = 'offline' WHERE id = 3",
        repair: "UPDATE station SET status = 'online' WHERE id = 3",
        told: "status online was told, but it is offline",
    },
    Drift {
        damage: "UPDATE battery SET soc = 89, state = 'charging' WHERE station_id = 6 AND slot = 1",
        repair: "UPDATE battery SET soc = 100, state = 'available' WHERE station_id = 6 AND slot = 1",
        told: "available 11 was told, but it is 10",
    },
];

each_engine! {
    async fn every_kind_of_drift_is_found(app: TestApp) {
        let demo = app.demo().await;
        demo.customer.book(1, 1, 2).await.expect(201);
        assert_eq!(findings(&app).await, [""; 0]);
        for Drift { damage, repair, told } in DRIFTS {
            tamper(&app, damage).await;
            let found = findings(&app).await;
            assert!(found.iter().any(|finding| finding.contains(told)), "{damage}: {found:?}");
            tamper(&app, repair).await;
            assert_eq!(findings(&app).await, [""; 0], "{repair}");
        }
    }
}
