//! A reader's place in a topic, and what it gets there.

use std::collections::BTreeMap;

use super::Text;
use crate::protocol::Topic;

/// A place in a topic: the last event seen of each numbered stream.
pub type Bookmark = BTreeMap<Topic, u64>;

/// How a reader with a bookmark goes on.
#[derive(Debug, PartialEq, Eq)]
pub enum Resume {
    /// Everything after the bookmark is here.
    Here(Cursor),
    /// These lanes must first be read from the database.
    Behind(Vec<Topic>),
}

/// What a reader gets.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    /// The next frames, at least one.
    Frames(Vec<Text>),
    /// Nothing new.
    Nothing,
    /// The events after the cursor are gone from memory.
    Lost,
}

/// Where one reader stands: all that the server keeps for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(super) next: u64,
    /// Events up to these numbers are known to the reader although they lie ahead of the cursor.
    pub(super) skip: Bookmark,
}
