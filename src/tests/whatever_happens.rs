//! Whatever staff, customers and time do to a station, in whatever order, its counts add up.

use std::time::Duration;

use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use voltbay::domain::{
    BatteryId, BatteryState, BookingState, Clock, ItemKind, PaymentMethod, Problem, StationId, StationStatus,
    Timestamp,
};
use voltbay::protocol::rest::{
    BatteryIn, BatteryPatch, BookIn, BookItemIn, BookingOut, CancelIn, CollectIn, StationPatch,
};
use voltbay::server::service::bookings::BookingQuery;
use voltbay::server::service::{Actor, batteries, bookings, stations};
use voltbay::server::store::services::{SLOT, slot_of};
use voltbay::server::{App, check, demo};

use crate::support::app::TestApp;

/// Something that people or time do to a station.
#[derive(Clone, Debug)]
enum Deed {
    Add {
        soc: i64,
        soh: i64,
    },
    Remove(usize),
    Lock(usize),
    Repair(usize),
    Clear(usize),
    Measure(usize, i64),
    Move(usize, i64),
    Book {
        model: i64,
        quantity: i64,
    },
    BookLater {
        model: i64,
        quantity: i64,
        half_hours: u32,
    },
    BookThis(usize),
    Ready(usize),
    Cancel(usize),
    UndoCancel(usize),
    Collect(usize),
    BringBack(usize, i64),
    Status(StationStatus),
    Wait(u64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let which = 0..16_usize;
    prop_oneof![
        (0..=100_i64, 60..=100_i64).prop_map(|(soc, soh)| Deed::Add { soc, soh }),
        which.clone().prop_map(Deed::Remove),
        which.clone().prop_map(Deed::Lock),
        which.clone().prop_map(Deed::Repair),
        which.clone().prop_map(Deed::Clear),
        (which.clone(), 0..=100_i64).prop_map(|(pack, soc)| Deed::Measure(pack, soc)),
        (which.clone(), 1..=17_i64).prop_map(|(pack, slot)| Deed::Move(pack, slot)),
        (1..=3_i64, 1..=3_i64).prop_map(|(model, quantity)| Deed::Book { model, quantity }),
        (1..=3_i64, 1..=3_i64).prop_map(|(model, quantity)| Deed::Book { model, quantity }),
        (1..=3_i64, 1..=3_i64, 1..4_u32).prop_map(|(model, quantity, half_hours)| Deed::BookLater {
            model,
            quantity,
            half_hours
        }),
        which.clone().prop_map(Deed::BookThis),
        which.clone().prop_map(Deed::Ready),
        which.clone().prop_map(Deed::Cancel),
        which.clone().prop_map(Deed::UndoCancel),
        which.clone().prop_map(Deed::Collect),
        (which, 0..=100_i64).prop_map(|(pack, soc)| Deed::BringBack(pack, soc)),
        prop_oneof![
            Just(StationStatus::Online),
            Just(StationStatus::Paused),
            Just(StationStatus::Maintenance)
        ]
        .prop_map(Deed::Status),
        (1..1_200_u64).prop_map(Deed::Wait),
    ]
}

/// One station, its staff and a customer.
struct World {
    app: TestApp,
    staff: Actor,
    customer: Actor,
    serial: i64,
}

const HERE: StationId = StationId(1);

impl World {
    async fn new() -> Self {
        let app = TestApp::on_sqlite().await;
        demo::load(&app.app).await.unwrap();
        let cast = demo::cast(&app.app).await.unwrap().unwrap();
        Self {
            app,
            staff: cast.attendant,
            customer: cast.riders[0].clone(),
            serial: 0,
        }
    }

    fn app(&self) -> &App {
        &self.app.app
    }

    /// The n-th pack of the station, counted round and round.
    async fn pack(&self, number: usize) -> BatteryId {
        let packs = stations::batteries(self.app(), Some(&self.staff), HERE)
            .await
            .unwrap();
        packs
            .get(number % packs.len().max(1))
            .map_or(BatteryId(0), |pack| pack.id)
    }

    async fn booking(&self, number: usize) -> Option<BookingOut> {
        let mine = bookings::list(self.app(), &self.customer, BookingQuery::default())
            .await
            .unwrap()
            .items;
        mine.get(number % mine.len().max(1)).cloned()
    }

    async fn change(&self, pack: usize, patch: BatteryPatch) -> Result<(), Problem> {
        let pack = self.pack(pack).await;
        batteries::update(self.app(), &self.staff, pack, patch)
            .await
            .map(drop)
    }

    async fn book(
        &self,
        model_id: Option<i64>,
        battery_id: Option<i64>,
        quantity: Option<i64>,
        pickup_at: Option<Timestamp>,
    ) -> Result<(), Problem> {
        let item = BookItemIn {
            kind: ItemKind::Swap,
            model_id,
            battery_id,
            service_id: None,
            quantity,
            slot_at: None,
        };
        let body = BookIn {
            station_id: HERE.0,
            items: vec![item],
            payment_method: PaymentMethod::Cash,
            vehicle: None,
            wants_help: None,
            pickup_at,
            hold_minutes: None,
        };
        bookings::book(self.app(), &self.customer, body, None)
            .await
            .map(drop)
    }

    async fn step(&self, number: usize, what: &Deed) -> Result<(), Problem> {
        let Some(booking) = self.booking(number).await else {
            return Ok(());
        };
        let (app, id) = (self.app(), booking.id);
        match what {
            Deed::Ready(_) => bookings::ready(app, &self.staff, id).await,
            Deed::Cancel(_) => bookings::cancel(app, &self.customer, id, CancelIn::default()).await,
            Deed::UndoCancel(_) => bookings::undo_cancel(app, &self.customer, id).await,
            _ => {
                let proof = CollectIn {
                    code: booking.code,
                    pin: None,
                };
                bookings::collect(app, &self.staff, id, proof).await
            }
        }
        .map(drop)
    }

    async fn carry_out(&mut self, deed: &Deed) -> Result<(), Problem> {
        let state = |state, note: &str| BatteryPatch {
            state: Some(state),
            note: Some(note.to_owned()),
            ..BatteryPatch::default()
        };
        match deed {
            Deed::Add { soc, soh } => {
                self.serial += 1;
                let serial = format!("P-{}", self.serial);
                let body = BatteryIn {
                    serial,
                    model_id: 1 + self.serial % 3,
                    soc: Some(*soc),
                    soh: Some(*soh),
                    slot: None,
                };
                batteries::add(self.app(), &self.staff, HERE, body, None)
                    .await
                    .map(drop)
            }
            Deed::Remove(pack) => batteries::remove(self.app(), &self.staff, self.pack(*pack).await).await,
            Deed::Lock(pack) => self.change(*pack, state(BatteryState::Quarantined, "Odd.")).await,
            Deed::Repair(pack) => {
                self.change(*pack, state(BatteryState::Maintenance, "Opened."))
                    .await
            }
            Deed::Clear(pack) => self.change(*pack, state(BatteryState::Charging, "Mended.")).await,
            Deed::Measure(pack, soc) => {
                self.change(
                    *pack,
                    BatteryPatch {
                        soc: Some(*soc),
                        ..BatteryPatch::default()
                    },
                )
                .await
            }
            Deed::Move(pack, slot) => {
                self.change(
                    *pack,
                    BatteryPatch {
                        slot: Some(*slot),
                        ..BatteryPatch::default()
                    },
                )
                .await
            }
            Deed::Book { model, quantity } => self.book(Some(*model), None, Some(*quantity), None).await,
            Deed::BookLater {
                model,
                quantity,
                half_hours,
            } => {
                let next = slot_of(self.app.clock.now()) + SLOT * (*half_hours + 1);
                self.book(Some(*model), None, Some(*quantity), Some(next)).await
            }
            Deed::BookThis(pack) => self.book(None, Some(self.pack(*pack).await.0), None, None).await,
            Deed::Ready(number) | Deed::Cancel(number) | Deed::UndoCancel(number) | Deed::Collect(number) => {
                self.step(*number, deed).await
            }
            Deed::BringBack(number, soc) => {
                let Some(booking) = self.booking(*number).await else {
                    return Ok(());
                };
                let pack = booking
                    .items
                    .first()
                    .and_then(|item| item.battery_id)
                    .unwrap_or(BatteryId(0));
                let back = BatteryPatch {
                    state: Some(BatteryState::Returned),
                    soc: Some(*soc),
                    station_id: Some(HERE.0),
                    ..BatteryPatch::default()
                };
                batteries::update(self.app(), &self.staff, pack, back)
                    .await
                    .map(drop)
            }
            Deed::Status(status) => {
                let patch = StationPatch {
                    status: Some(*status),
                    ..StationPatch::default()
                };
                stations::update(self.app(), &self.staff, HERE, patch)
                    .await
                    .map(drop)
            }
            Deed::Wait(seconds) => {
                self.app.clock.advance(Duration::from_secs(*seconds));
                bookings::advance_due(self.app()).await?;
                batteries::release_inspected(self.app()).await?;
                batteries::charge(self.app()).await.map(drop)
            }
        }
    }

    /// What must be true after whatever happened.
    async fn assert_sound(&self, deed: &Deed) {
        let station = stations::get(self.app(), HERE).await.unwrap();
        let packs = stations::batteries(self.app(), Some(&self.staff), HERE)
            .await
            .unwrap();
        let counts = &station.inventory;
        assert_eq!(
            counts.available_batteries + counts.booked_batteries,
            counts.total_batteries,
            "{deed:?}"
        );
        let occupied = i64::try_from(packs.len()).unwrap();
        assert_eq!(occupied + counts.free_slots, counts.total_slots, "{deed:?}");
        assert_eq!(
            check::findings(self.app()).await.unwrap(),
            [""; 0],
            "after {deed:?}"
        );
        let held = packs.iter().filter(|pack| pack.held).count();
        let promised = self.promised().await;
        assert_eq!(held, promised, "{deed:?}");
    }

    async fn promised(&self) -> usize {
        let mine = bookings::list(
            self.app(),
            &self.customer,
            BookingQuery {
                limit: Some(100),
                ..BookingQuery::default()
            },
        );
        let now = self.app().clock.now();
        let holds = |booking: &&BookingOut| {
            let is_waiting = booking.state.is_waiting_for_pickup();
            is_waiting
                || (booking.state == BookingState::Cancelled
                    && booking.undo_until.is_some_and(|until| until > now))
        };
        let mine = mine.await.unwrap().items;
        // A line whose pack failed waits for the next one, one for later for its time.
        let held = |booking: &BookingOut| {
            booking
                .items
                .iter()
                .filter(|item| item.battery_id.is_some())
                .count()
        };
        mine.iter().filter(holds).map(held).sum()
    }
}

/// Whatever staff, customers and time do, in whatever order: every count adds up after every step, nothing is
/// promised twice, and the check stays silent. On a real `SQLite` file.
#[test]
fn counts_add_up_whatever_happens() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: 12,
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    };
    let deeds = proptest::collection::vec(deed(), 1..40);
    let outcome = TestRunner::new(config).run(&deeds, |deeds| {
        runtime.block_on(async {
            let mut world = World::new().await;
            for deed in &deeds {
                // Most of it is refused most of the time; that must change nothing.
                let _ = world.carry_out(deed).await;
                world.assert_sound(deed).await;
            }
        });
        Ok(())
    });
    outcome.unwrap();
}
