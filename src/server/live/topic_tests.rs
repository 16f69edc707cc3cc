//! What a log promises, by example and by chance: whatever way events come, every reader sees each of them
//! once and in order, or is told that it lost some.

use proptest::prelude::*;

use super::*;
use crate::domain::StationId;

const EPOCH: &str = "e";

fn station(id: i64) -> Topic {
    Topic::Station(StationId(id))
}

fn text(topic: Topic, seq: u64) -> Text {
    Text::from(format!("{topic}#{seq}"))
}

fn small() -> Room {
    Room {
        events: 8,
        bytes: 10_000,
    }
}

fn log_at(topic: Topic, head: u64) -> Log {
    let mut log = Log::new(topic, small());
    log.establish(EPOCH, [(topic, head)]);
    log
}

fn give(log: &mut Log, topic: Topic, seqs: impl IntoIterator<Item = u64>) -> Vec<Offer> {
    let offer = |seq| log.offer(topic, EPOCH, seq, &text(topic, seq));
    seqs.into_iter().map(offer).collect()
}

fn here(resume: Resume) -> Cursor {
    match resume {
        Resume::Here(cursor) => cursor,
        other @ Resume::Behind(_) => panic!("{other:?}"),
    }
}

fn read(log: &Log, cursor: &mut Cursor) -> Vec<String> {
    match log.read(cursor, usize::MAX) {
        Read::Frames(frames) => frames.iter().map(ToString::to_string).collect(),
        Read::Nothing => Vec::new(),
        Read::Lost => vec!["lost".to_owned()],
    }
}

#[test]
fn events_come_out_once_and_in_order_however_they_came_in() {
    let mut log = log_at(station(1), 4);
    let mut cursor = log.end();
    let offers = give(&mut log, station(1), [6, 5, 5, 4, 7, 9]);
    use Offer::{Known, Taken, Waits};
    assert_eq!(offers, [Waits, Taken, Known, Known, Taken, Waits]);
    assert_eq!(log.gaps(), [station(1)]);
    assert_eq!(
        read(&log, &mut cursor),
        ["station:1#5", "station:1#6", "station:1#7"]
    );
    give(&mut log, station(1), [8]);
    assert_eq!(read(&log, &mut cursor), ["station:1#8", "station:1#9"]);
    assert_eq!(read(&log, &mut cursor), Vec::<String>::new());
    assert!(log.gaps().is_empty());
}

#[test]
fn what_is_offered_before_the_head_is_known_is_not_lost() {
    let mut log = Log::new(station(1), small());
    give(&mut log, station(1), [7, 8]);
    log.establish(EPOCH, [(station(1), 7)]);
    let mut cursor = here(log.resume(&Bookmark::from([(station(1), 7)])));
    assert_eq!(read(&log, &mut cursor), ["station:1#8"]);
}

#[test]
fn a_reader_that_stays_away_too_long_is_told_so() {
    let mut log = log_at(station(1), 0);
    let mut cursor = log.end();
    give(&mut log, station(1), 1..=8);
    assert_eq!(read(&log, &mut cursor.clone()).len(), 8);
    give(&mut log, station(1), [9]);
    assert_eq!(read(&log, &mut cursor), ["lost"]);
    assert_eq!(
        log.resume(&Bookmark::from([(station(1), 0)])),
        Resume::Behind(vec![station(1)])
    );
    let mut again = here(log.resume(&Bookmark::from([(station(1), 1)])));
    assert_eq!(read(&log, &mut again).len(), 8);
}

#[test]
fn a_hole_in_the_log_is_a_loss_even_for_a_reader_at_its_end() {
    let mut log = log_at(station(1), 3);
    let mut cursor = log.end();
    log.jump(station(1), 5);
    assert_eq!(read(&log, &mut cursor), ["lost"]);
    assert_eq!(log.head(station(1)), Some(5));
}

#[test]
fn a_rebuilt_log_takes_nothing_of_the_old_one() {
    let mut log = log_at(station(1), 3);
    let mut cursor = log.end();
    assert_eq!(
        log.offer(station(1), "new", 4, &text(station(1), 4)),
        Offer::Waits
    );
    log.establish("new", [(station(1), 4)]);
    assert_eq!(read(&log, &mut cursor), ["lost"]);
}

#[test]
fn a_bookmark_from_the_future_is_noticed() {
    let log = log_at(station(1), 3);
    assert_eq!(log.ahead(&Bookmark::from([(station(1), 3)])), []);
    assert_eq!(log.ahead(&Bookmark::from([(station(1), 4)])), [station(1)]);
    let unknown = Bookmark::from([(station(1), 3), (station(2), 1)]);
    assert_eq!(log.ahead(&unknown), [station(2)]);
}

#[test]
fn a_state_newer_than_the_log_hides_the_events_it_contains() {
    let mut log = log_at(station(1), 3);
    let mut cursor = here(log.resume(&Bookmark::from([(station(1), 5)])));
    give(&mut log, station(1), [4, 5, 6]);
    assert_eq!(read(&log, &mut cursor), ["station:1#6"]);
}

#[test]
fn the_network_resumes_every_station_where_it_was() {
    let mut log = Log::new(Topic::Stations, small());
    log.establish(EPOCH, [(station(1), 10), (station(2), 20)]);
    give(&mut log, station(1), [11]);
    give(&mut log, station(2), [21, 22]);
    give(&mut log, station(1), [12]);
    give(&mut log, station(3), [1]);
    let mut cursor = here(log.resume(&Bookmark::from([(station(1), 11), (station(2), 20)])));
    assert_eq!(
        read(&log, &mut cursor),
        ["station:2#21", "station:2#22", "station:1#12", "station:3#1"]
    );
}

#[test]
fn memory_is_bounded_by_bytes_as_well() {
    let room = Room {
        events: 1_000,
        bytes: 100,
    };
    let mut log = Log::new(station(1), room);
    log.establish(EPOCH, [(station(1), 0)]);
    give(&mut log, station(1), 1..=500);
    assert!(log.bytes <= 100 && log.ring.len() < 12);
}

/// What chance may do.
#[derive(Clone, Debug)]
enum Chance {
    /// The next event of this station is committed, and heard of so many times.
    Commit { station: i64, heard: usize },
    /// One of the things heard of arrives: a random one, so the order is any.
    Arrive(prop::sample::Index),
    /// What is missing is read from the database.
    Pull,
    /// A reader reads some bytes.
    Read { reader: usize, bytes: usize },
    /// A reader goes away and comes back with its bookmark.
    Return { reader: usize },
}

fn chance() -> impl Strategy<Value = Chance> {
    prop_oneof![
        4 => (1..4i64, 0..3usize).prop_map(|(station, heard)| Chance::Commit { station, heard }),
        4 => any::<prop::sample::Index>().prop_map(Chance::Arrive),
        1 => Just(Chance::Pull),
        3 => (0..3usize, 0..60usize).prop_map(|(reader, bytes)| Chance::Read { reader, bytes }),
        1 => (0..3usize).prop_map(|reader| Chance::Return { reader }),
    ]
}

/// The database, the way there, and the readers.
struct World {
    log: Log,
    committed: Bookmark,
    under_way: Vec<(Topic, u64)>,
    readers: Vec<Reader>,
}

#[derive(Clone)]
struct Reader {
    cursor: Cursor,
    seen: Bookmark,
}

impl World {
    fn new() -> Self {
        let mut log = Log::new(Topic::Stations, small());
        log.establish(EPOCH, []);
        let reader = Reader {
            cursor: log.end(),
            seen: Bookmark::new(),
        };
        Self {
            log,
            committed: Bookmark::new(),
            under_way: Vec::new(),
            readers: vec![reader; 3],
        }
    }

    fn step(&mut self, chance: Chance) -> Result<(), TestCaseError> {
        match chance {
            Chance::Commit { station: id, heard } => {
                let seq = self.committed.entry(station(id)).or_default();
                *seq += 1;
                let news = (station(id), *seq);
                self.under_way.extend(std::iter::repeat_n(news, heard));
            }
            Chance::Arrive(which) if !self.under_way.is_empty() => {
                let (topic, seq) = self.under_way.swap_remove(which.index(self.under_way.len()));
                give(&mut self.log, topic, [seq]);
            }
            Chance::Arrive(_) => {}
            Chance::Pull => self.pull(),
            Chance::Read { reader, bytes } => self.read(reader, bytes)?,
            Chance::Return { reader } => self.come_back(reader),
        }
        Ok(())
    }

    fn pull(&mut self) {
        for (topic, head) in self.committed.clone() {
            let from = self.log.head(topic).unwrap_or(0);
            give(&mut self.log, topic, from + 1..=head);
        }
    }

    fn read(&mut self, reader: usize, bytes: usize) -> Result<(), TestCaseError> {
        let reader = &mut self.readers[reader];
        match self.log.read(&mut reader.cursor, bytes) {
            Read::Nothing => {}
            Read::Frames(frames) => {
                for frame in frames {
                    let (topic, seq) = frame.split_once('#').expect("our own text");
                    let seen = reader.seen.entry(topic.parse().expect("a topic")).or_default();
                    *seen += 1;
                    prop_assert_eq!(*seen, seq.parse::<u64>().expect("a number"));
                }
            }
            Read::Lost => {
                // A snapshot: as new as the database, so at least as new as the log.
                reader.seen.clone_from(&self.committed);
                reader.cursor = here(self.log.resume(&reader.seen));
            }
        }
        Ok(())
    }

    /// Whatever the ring does not have is read page by page from the database.
    fn come_back(&mut self, reader: usize) {
        let reader = &mut self.readers[reader];
        loop {
            match self.log.resume(&reader.seen) {
                Resume::Here(cursor) => {
                    reader.cursor = cursor;
                    return;
                }
                Resume::Behind(topics) => {
                    for topic in topics {
                        let seen = reader.seen.entry(topic).or_default();
                        *seen = (*seen + 3).min(self.committed[&topic]);
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_reader_sees_each_event_once_in_order_or_a_snapshot(
        chances in prop::collection::vec(chance(), 1..200),
    ) {
        let mut world = World::new();
        for chance in chances {
            world.step(chance)?;
            prop_assert!(world.log.ring.len() <= small().events);
        }
        world.pull();
        for reader in 0..3 {
            world.read(reader, usize::MAX)?;
            world.read(reader, usize::MAX)?;
            prop_assert_eq!(&world.readers[reader].seen, &world.committed);
        }
    }
}
