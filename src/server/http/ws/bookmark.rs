//! From where a client wants to go on: what the query of a socket's address says.

use std::collections::HashMap;

use crate::domain::StationId;
use crate::protocol::Topic;
use crate::server::live::cursor::Bookmark;
use crate::server::live::follower::Start;

/// A bookmark that cannot be read is answered with the whole state.
pub fn start(topic: Topic, asked: &HashMap<String, String>) -> Start {
    let Some(since) = asked.get("since") else {
        let snapshot = asked.get("snapshot").map(String::as_str);
        let has_state = matches!(snapshot, Some("0" | "false"));
        return if has_state { Start::Now } else { Start::Snapshot };
    };
    let epoch = asked.get("epoch").filter(|epoch| !epoch.is_empty()).cloned();
    let bookmark = if topic.is_union() {
        let places = since.split(',').map(place);
        places
            .map(|known| known.map(|(station, seq)| (lane(topic, station), seq)))
            .collect()
    } else {
        since.parse().ok().map(|seq| Bookmark::from([(topic, seq)]))
    };
    bookmark.map_or(Start::Snapshot, |bookmark| Start::After(epoch, bookmark))
}

/// Where the events of a station go that this topic shows.
fn lane(topic: Topic, station: StationId) -> Topic {
    if topic == Topic::Stations {
        Topic::Station(station)
    } else {
        Topic::StationStaff(station)
    }
}

/// `1:41`: the station 1 is known up to its event 41.
fn place(pair: &str) -> Option<(StationId, u64)> {
    let (station, seq) = pair.split_once(':')?;
    let station = StationId(station.trim().parse().ok()?);
    Some((station, seq.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Topic = Topic::Station(StationId(1));
    const TWO: Topic = Topic::Station(StationId(2));

    fn asked(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn without_a_bookmark_it_is_the_whole_state_unless_the_page_has_it() {
        assert_eq!(start(ONE, &asked(&[])), Start::Snapshot);
        assert_eq!(start(ONE, &asked(&[("epoch", "e")])), Start::Snapshot);
        assert_eq!(start(ONE, &asked(&[("snapshot", "1")])), Start::Snapshot);
        assert_eq!(start(ONE, &asked(&[("snapshot", "0")])), Start::Now);
    }

    #[test]
    fn a_bookmark_is_a_number_or_one_for_each_station() {
        let after = |epoch: Option<&str>, places: &[(Topic, u64)]| {
            Start::After(epoch.map(str::to_owned), places.iter().copied().collect())
        };
        let page = asked(&[("snapshot", "0"), ("epoch", "e"), ("since", "41")]);
        assert_eq!(start(ONE, &page), after(Some("e"), &[(ONE, 41)]));
        let fresh = asked(&[("epoch", ""), ("since", "0")]);
        assert_eq!(start(ONE, &fresh), after(None, &[(ONE, 0)]));
        let vector = asked(&[("since", "1:41,2:17")]);
        assert_eq!(
            start(Topic::Stations, &vector),
            after(None, &[(ONE, 41), (TWO, 17)])
        );
    }

    #[test]
    fn nonsense_is_answered_with_the_whole_state() {
        for since in ["", "x", "-1", "1.5", "99999999999999999999", "1:2"] {
            assert_eq!(
                start(ONE, &asked(&[("since", since)])),
                Start::Snapshot,
                "{since}"
            );
        }
        for since in ["", "7", "1:", "1:x", "1:2,", "a:2", "1:2;2:3"] {
            assert_eq!(
                start(Topic::Stations, &asked(&[("since", since)])),
                Start::Snapshot,
                "{since}"
            );
        }
    }
}
