//! Two hands on the same thing at the same moment: one wins, the other is told, and nothing is left half-done.
//!
//! Each race is run a thousand times, from a seed that decides who is a little ahead. The use cases are called as
//! handlers and jobs call them, without HTTP in between, so that the two really meet in the database.

use std::time::Duration;

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use voltbay::domain::{BatteryId, BatteryState, BookingState, ItemKind, PaymentMethod, Problem, StationId};
use voltbay::protocol::Topic;
use voltbay::protocol::rest::{
    BatteryOut, BatteryPatch, BookIn, BookItemIn, BookingOut, CancelIn, CollectIn, VerifyIn,
};
use voltbay::server::check;
use voltbay::server::service::{Actor, accounts, batteries, bookings, payments};

use crate::support::app::{Person, TestApp};
use crate::support::world::World;

const ROUNDS: u64 = 1_000;
/// Rounds at a time, each at a station of its own: the clock is everybody's.
const LANES: usize = 8;
const SECOND: Duration = Duration::from_secs(1);
const HOLD: Duration = Duration::from_mins(15);
/// A second before the deadline of a booking, and of a request.
const ALMOST_HELD: Duration = Duration::from_secs(15 * 60 - 1);
const ALMOST_ASKED: Duration = Duration::from_secs(5 * 60 - 1);

type Outcome = Result<BookingOut, Problem>;

/// A station with one pack and two people who want it.
struct Lane {
    station: StationId,
    asha: Actor,
    binu: Actor,
}

struct Races {
    app: TestApp,
    model: i64,
    staff: Actor,
    lanes: Vec<Lane>,
}

impl Races {
    async fn new(app: TestApp, ask_first: bool) -> Self {
        let world = World::with_stations(&app, LANES).await;
        let mut lanes = Vec::new();
        for station in &world.stations {
            world.pack(*station).await;
            let rules = format!("/api/v1/stations/{station}/rules");
            let body = json!({"needs_approval": ask_first});
            world.operator.client.patch(&rules, body).await.expect(200);
            let (asha, binu) = (app.customer().await, app.customer().await);
            lanes.push(Lane {
                station: *station,
                asha: actor(&app, &asha).await,
                binu: actor(&app, &binu).await,
            });
        }
        Self {
            model: world.model.0,
            staff: actor(&app, &world.operator).await,
            app,
            lanes,
        }
    }

    /// Runs `contest` until every seed had its turn; each run is one round in every lane. Afterwards nothing may
    /// contradict anything.
    async fn run(&self, contest: impl AsyncFn(&mut Dice)) {
        for seed in 0..ROUNDS.div_ceil(LANES as u64) {
            contest(&mut Dice(StdRng::seed_from_u64(seed))).await;
        }
        assert_eq!(check::findings(&self.app.app).await, Ok(vec![]));
    }

    async fn book(&self, lane: &Lane, who: &Actor) -> Outcome {
        let body = BookIn {
            station_id: lane.station.0,
            items: vec![BookItemIn {
                kind: ItemKind::Swap,
                model_id: Some(self.model),
                battery_id: None,
                service_id: None,
                quantity: None,
                slot_at: None,
            }],
            payment_method: PaymentMethod::Cash,
            vehicle: None,
            wants_help: None,
            pickup_at: None,
            hold_minutes: None,
        };
        bookings::book(&self.app.app, who, body, None).await
    }

    /// Every lane's pack is booked by its first customer.
    async fn all_booked(&self) -> Vec<BookingOut> {
        let booked = join_all(self.lanes.iter().map(|lane| self.book(lane, &lane.asha))).await;
        booked
            .into_iter()
            .map(|booking| booking.expect("the pack is free"))
            .collect()
    }

    async fn collect(&self, booking: &BookingOut) -> Outcome {
        let proof = CollectIn {
            code: booking.code.clone(),
            pin: None,
        };
        bookings::collect(&self.app.app, &self.staff, booking.id, proof).await
    }

    async fn cancel(&self, booking: &BookingOut, lane: &Lane) -> Outcome {
        bookings::cancel(&self.app.app, &lane.asha, booking.id, CancelIn::default()).await
    }

    /// Time goes on, and what is due is done.
    async fn pass(&self, time: Duration) {
        self.app.clock.advance(time);
        while bookings::advance_due(&self.app.app).await != Ok(0) {}
    }

    async fn state(&self, booking: &BookingOut) -> BookingState {
        let now = bookings::get(&self.app.app, &self.staff, booking.id).await;
        now.expect("the booking").state
    }

    /// What a customer was told of a booking after it was made, in the order of her topic.
    async fn told(&self, who: &Actor, booking: &BookingOut) -> Vec<String> {
        const ENOUGH: u64 = 30;
        let (db, topic) = (&self.app.app.db, Topic::User(who.user));
        let last = db.topic_position(topic).await.expect("a position").seq;
        let events = db
            .events_after(topic, last.saturating_sub(ENOUGH), 100)
            .await
            .expect("events");
        let frames = events
            .iter()
            .map(|event| serde_json::from_str::<Value>(&event.frame).expect("JSON"));
        let about = frames.filter(|frame| frame["booking_id"] == booking.id.0);
        let name = |frame: Value| {
            frame["event"]
                .as_str()
                .or(frame["type"].as_str())
                .map(str::to_owned)
        };
        about
            .filter_map(name)
            .filter(|name| name != "booking_confirmed")
            .collect()
    }

    /// Staff lock, repair or clear a pack.
    async fn turn(&self, pack: BatteryId, state: BatteryState) -> Result<BatteryOut, Problem> {
        let patch = BatteryPatch {
            state: Some(state),
            note: Some("Odd.".to_owned()),
            ..BatteryPatch::default()
        };
        batteries::update(&self.app.app, &self.staff, pack, patch).await
    }

    /// The pack that left comes back, charged.
    async fn bring_back(&self, lane: &Lane, booking: &BookingOut) {
        let pack = booking.items[0].battery_id.expect("a pack");
        for state in [BatteryState::Returned, BatteryState::Charging] {
            let patch = BatteryPatch {
                state: Some(state),
                soc: Some(100),
                station_id: (state == BatteryState::Returned).then_some(lane.station.0),
                ..BatteryPatch::default()
            };
            let done = batteries::update(&self.app.app, &self.staff, pack, patch).await;
            done.expect("the pack comes back");
        }
    }

    /// One after the other in each lane: the outcomes of both, for whom they are.
    async fn meet<A, B>(
        &self,
        dice: &mut Dice,
        booked: &[BookingOut],
        one: impl AsyncFn(&Lane, &BookingOut) -> A,
        other: impl AsyncFn(&Lane, &BookingOut) -> B,
    ) -> Vec<(A, B)> {
        let lanes = self.lanes.iter().zip(booked).map(|(lane, booking)| {
            let ahead = (dice.turns(), dice.turns());
            both(ahead, one(lane, booking), other(lane, booking))
        });
        join_all(lanes).await
    }

    /// The deadline of all comes while `hand` does something to each; answers what came of that.
    async fn meet_the_deadline(
        &self,
        dice: &mut Dice,
        booked: &[BookingOut],
        hand: impl AsyncFn(&BookingOut) -> Outcome,
    ) -> Vec<Outcome> {
        let hands = booked.iter().map(|booking| {
            let late = dice.turns();
            let hand = hand(booking);
            async move {
                yield_for(late).await;
                hand.await
            }
        });
        let hands = join_all(hands);
        let (outcomes, ()) = both((0, dice.turns()), hands, self.pass(SECOND)).await;
        outcomes
    }
}

/// Decides who is a little ahead.
struct Dice(StdRng);

impl Dice {
    fn turns(&mut self) -> u32 {
        self.0.random_range(0..40)
    }
}

async fn yield_for(turns: u32) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

/// Both at once, each so many turns late.
async fn both<A, B>(
    late: (u32, u32),
    one: impl Future<Output = A>,
    other: impl Future<Output = B>,
) -> (A, B) {
    let one = async {
        yield_for(late.0).await;
        one.await
    };
    let other = async {
        yield_for(late.1).await;
        other.await
    };
    tokio::join!(one, other)
}

async fn actor(app: &TestApp, person: &Person) -> Actor {
    let who = accounts::who(&app.app, &person.token).await;
    who.expect("readable").expect("signed in")
}

#[track_caller]
fn refused(outcome: &Outcome) {
    let code = outcome.as_ref().expect_err("somebody else was first").code();
    let told = [
        "illegal_transition",
        "too_late",
        "already_collected",
        "battery_unavailable",
    ];
    assert!(told.contains(&code), "{code}");
}

each_engine! {
    /// At the deadline the pack is either handed over or free, never both.
    async fn expire_and_collect(app: TestApp) {
        let races = Races::new(app, false).await;
        races.run(async |dice| {
            let booked = races.all_booked().await;
            races.pass(ALMOST_HELD).await;
            let outcomes = races.meet_the_deadline(dice, &booked, async |booking| races.collect(booking).await).await;
            for ((lane, booking), outcome) in races.lanes.iter().zip(&booked).zip(&outcomes) {
                let told = races.told(&lane.asha, booking).await;
                let last = told.last().map(String::as_str);
                if outcome.is_ok() {
                    assert_eq!(races.state(booking).await, BookingState::Completed);
                    assert_eq!(last, Some("booking_completed"), "{told:?}");
                    races.bring_back(lane, booking).await;
                } else {
                    refused(outcome);
                    assert_eq!(races.state(booking).await, BookingState::Expired);
                    assert_eq!(last, Some("booking_expired"), "{told:?}");
                }
            }
        }).await;
    }

    /// At the deadline a booking has either more time or none.
    async fn expire_and_renew(app: TestApp) {
        let races = Races::new(app, false).await;
        races.run(async |dice| {
            let booked = races.all_booked().await;
            races.pass(ALMOST_HELD).await;
            let renew = async |booking: &BookingOut| bookings::renew(&races.app.app, &races.staff, booking.id).await;
            let outcomes = races.meet_the_deadline(dice, &booked, renew).await;
            for (booking, outcome) in booked.iter().zip(&outcomes) {
                match outcome {
                    Ok(renewed) => {
                        assert_eq!(renewed.deadline, booking.deadline + Duration::from_mins(5));
                        assert_eq!(races.state(booking).await, BookingState::Confirmed);
                    }
                    Err(Problem::RenewalRefused { .. }) => {}
                    Err(_) => refused(outcome),
                }
            }
            races.pass(HOLD).await;
            for booking in &booked {
                assert_eq!(races.state(booking).await, BookingState::Expired);
            }
        }).await;
    }

    /// A request is either accepted or has run out.
    async fn approve_and_expire(app: TestApp) {
        let races = Races::new(app, true).await;
        races.run(async |dice| {
            let booked = races.all_booked().await;
            races.pass(ALMOST_ASKED).await;
            let approve = async |booking: &BookingOut| bookings::approve(&races.app.app, &races.staff, booking.id).await;
            let outcomes = races.meet_the_deadline(dice, &booked, approve).await;
            for (booking, outcome) in booked.iter().zip(&outcomes) {
                if outcome.is_ok() {
                    assert_eq!(races.state(booking).await, BookingState::Confirmed);
                } else {
                    refused(outcome);
                    assert_eq!(races.state(booking).await, BookingState::Expired);
                }
            }
            races.pass(HOLD).await;
        }).await;
    }

    /// The customer calls it off while the attendant hands it over.
    async fn cancel_and_collect(app: TestApp) {
        let races = Races::new(app, false).await;
        races.run(async |dice| {
            let booked = races.all_booked().await;
            let outcomes = races.meet(dice, &booked,
                async |lane, booking| races.cancel(booking, lane).await,
                async |_, booking| races.collect(booking).await,
            ).await;
            for ((lane, booking), (cancelled, collected)) in races.lanes.iter().zip(&booked).zip(&outcomes) {
                assert_ne!(cancelled.is_ok(), collected.is_ok(), "one winner");
                if collected.is_ok() {
                    refused(cancelled);
                    assert_eq!(races.state(booking).await, BookingState::Completed);
                    races.bring_back(lane, booking).await;
                } else {
                    refused(collected);
                    assert_eq!(races.state(booking).await, BookingState::Cancelled);
                }
            }
            races.pass(Duration::from_secs(8)).await;
        }).await;
    }

    /// The last pack has one holder.
    async fn two_books_on_the_last_pack(app: TestApp) {
        let races = Races::new(app, false).await;
        races.run(async |dice| {
            let lanes = races.lanes.iter().map(|lane| {
                let late = (dice.turns(), dice.turns());
                both(late, races.book(lane, &lane.asha), races.book(lane, &lane.binu))
            });
            for (asha, binu) in join_all(lanes).await {
                assert_ne!(asha.is_ok(), binu.is_ok(), "one winner");
                refused(if asha.is_ok() { &binu } else { &asha });
            }
            races.pass(HOLD).await;
        }).await;
    }

    /// The same code scanned twice hands over once.
    async fn double_scan(app: TestApp) {
        let races = Races::new(app, false).await;
        races.run(async |dice| {
            let booked = races.all_booked().await;
            let outcomes = races.meet(dice, &booked,
                async |_, booking| races.collect(booking).await,
                async |_, booking| races.collect(booking).await,
            ).await;
            for ((lane, booking), (one, other)) in races.lanes.iter().zip(&booked).zip(&outcomes) {
                assert_ne!(one.is_ok(), other.is_ok(), "one winner");
                refused(if one.is_ok() { other } else { one });
                assert_eq!(races.told(&lane.asha, booking).await, ["booking_completed"]);
                races.bring_back(lane, booking).await;
            }
        }).await;
    }

    /// Two attendants count the same cash: it is in the books once, with one receipt.
    async fn double_verify(app: TestApp) {
        let races = Races::new(app, false).await;
        races.run(async |dice| {
            let booked = races.all_booked().await;
            let verify = async |_: &Lane, booking: &BookingOut| {
                let payment = booking.payment_id.expect("a payment");
                let body = VerifyIn { received: booking.total_amount };
                payments::verify(&races.app.app, &races.staff, payment, body).await
            };
            let outcomes = races.meet(dice, &booked, verify, verify).await;
            for ((lane, booking), (one, other)) in races.lanes.iter().zip(&booked).zip(&outcomes) {
                assert_ne!(one.is_ok(), other.is_ok(), "one winner");
                let loser = if one.is_ok() { other } else { one };
                assert_eq!(loser.as_ref().expect_err("counted already").code(), "payment_busy");
                races.collect(booking).await.expect("paid");
                races.bring_back(lane, booking).await;
            }
        }).await;
    }

    /// A pack is locked while it is handed over: it has left, or it stays and its customer waits for the next.
    async fn quarantine_and_collect(app: TestApp) {
        let races = Races::new(app, false).await;
        races.run(async |dice| {
            let booked = races.all_booked().await;
            let pack = |booking: &BookingOut| booking.items[0].battery_id.expect("a pack");
            let outcomes = races.meet(dice, &booked,
                async |_, booking| races.turn(pack(booking), BatteryState::Quarantined).await,
                async |_, booking| races.collect(booking).await,
            ).await;
            for ((lane, booking), (locked, collected)) in races.lanes.iter().zip(&booked).zip(&outcomes) {
                assert_ne!(locked.is_ok(), collected.is_ok(), "one winner: {locked:?} {collected:?}");
                let told = races.told(&lane.asha, booking).await;
                if collected.is_ok() {
                    assert_eq!(locked.as_ref().expect_err("gone").code(), "battery_busy");
                    assert_eq!(told, ["booking_completed"]);
                    races.bring_back(lane, booking).await;
                    continue;
                }
                assert_eq!(collected.as_ref().expect_err("locked").code(), "battery_busy");
                assert_eq!(races.state(booking).await, BookingState::Confirmed);
                assert_eq!(told, ["station_alert"], "once");
                for state in [BatteryState::Maintenance, BatteryState::Charging] {
                    races.turn(pack(booking), state).await.expect("it is repaired");
                }
                races.collect(booking).await.expect("it is hers again");
                races.bring_back(lane, booking).await;
            }
        }).await;
    }
}
