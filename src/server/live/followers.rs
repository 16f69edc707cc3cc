//! One reader's way through several topics at once, each with its own numbers.

use futures_util::future::{pending, select_all};

use super::Follower;
use super::follower::Piece;
use crate::domain::Problem;

/// One reader of some topics.
pub struct Followers(Vec<Follower>);

impl Followers {
    /// Of these topics; of none, nothing ever comes.
    pub fn new(followers: Vec<Follower>) -> Self {
        Self(followers)
    }

    /// The next piece of any of them; waits for it. May be dropped and called again: nothing is lost by it.
    pub async fn next(&mut self) -> Result<Piece, Problem> {
        match self.0.as_mut_slice() {
            [] => pending().await,
            [only] => only.next().await,
            all => {
                let waiting = all.iter_mut().map(|follower| Box::pin(follower.next()));
                select_all(waiting).await.0
            }
        }
    }

    /// Goes on with the whole state in place of what was lost.
    pub fn conflate(&mut self) {
        self.0.iter_mut().for_each(Follower::conflate);
    }

    /// The last event's number, when there is one topic and the reader has everything up to it.
    pub fn settled_head(&self) -> Option<u64> {
        match self.0.as_slice() {
            [only] => only.settled_head(),
            _ => None,
        }
    }
}

impl From<Follower> for Followers {
    fn from(follower: Follower) -> Self {
        Self(vec![follower])
    }
}
