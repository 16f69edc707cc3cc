//! Bodies of the HTTP API: `…In` is what a client sends, `…Out` what the server answers.
//!
//! What comes in refuses unknown fields, so that a client that sends an amount or a role learns that it has
//! no say in it.

mod account;
mod battery;
mod booking;
mod cash;
mod closing;
mod floor;
mod notification;
mod operator;
mod payment;
mod plan;
mod review;
mod rules;
mod station;
mod task;
mod vehicle;
mod waitlist;

pub use account::*;
pub use battery::*;
pub use booking::*;
pub use cash::*;
pub use closing::*;
pub use floor::*;
pub use notification::*;
pub use operator::*;
pub use payment::*;
pub use plan::*;
pub use review::*;
pub use rules::*;
pub use station::*;
pub use task::*;
pub use vehicle::*;
pub use waitlist::*;

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Give it back as `cursor` for the rows that follow; null on the last page.
    pub next: Option<String>,
}
