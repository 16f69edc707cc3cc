//! What comes in a file of its own: whoever opens the first page loads only what it needs. Without splitting,
//! all of it is simply part of the whole.
#![allow(
    unsafe_code,
    clippy::used_underscore_binding,
    reason = "what `lazy_route` expands to calls into the other file; nothing here is written by hand"
)]

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::{LazyRoute, lazy_route};

use super::live::store::{Counted, Row};
use super::{pages, parts};
use crate::domain::Position;

/// The toasts, and the socket of whoever is signed in.
#[lazy]
pub fn toasts() -> AnyView {
    view! { <parts::toast::Live /> }.into_any()
}

/// The live map.
#[lazy]
pub fn station_map(
    rows: RwSignal<Vec<Row>>,
    counted: RwSignal<Counted>,
    here: Memo<Option<Position>>,
) -> AnyView {
    view! { <parts::StationMap rows counted here /> }.into_any()
}

/// The path of the address. Pages that people use together come in one file; which of them it is, is chosen by it.
fn path() -> String {
    let path = use_location().pathname.get_untracked();
    path.trim_end_matches('/').to_owned()
}

/// One station, and the way in.
pub struct StationRoute;
/// What a customer has: bookings, inbox, account, vehicles, plans.
pub struct MineRoute;
/// What staff and operators work with.
pub struct WorkRoute;

#[lazy_route]
impl LazyRoute for StationRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        match path().as_str() {
            "/sign-in" => view! { <pages::SignIn /> }.into_any(),
            "/register" => view! { <pages::Register /> }.into_any(),
            _ => view! { <pages::Station /> }.into_any(),
        }
    }
}

#[lazy_route]
impl LazyRoute for MineRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        match path().as_str() {
            "/bookings" => view! { <pages::Bookings /> }.into_any(),
            "/inbox" => view! { <pages::Inbox /> }.into_any(),
            "/profile" => view! { <pages::Profile /> }.into_any(),
            "/vehicles" => view! { <pages::Vehicles /> }.into_any(),
            "/plans" => view! { <pages::Plans /> }.into_any(),
            "/plan" => view! { <pages::MyPlan /> }.into_any(),
            path if path.ends_with("/receipt") => view! { <pages::Receipt /> }.into_any(),
            _ => view! { <pages::Booking /> }.into_any(),
        }
    }
}

#[lazy_route]
impl LazyRoute for WorkRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        match path().as_str() {
            "/staff" => view! { <pages::Staff /> }.into_any(),
            "/operator" => view! { <pages::Operator /> }.into_any(),
            "/operator/bookings" => view! { <pages::OperatorBookings /> }.into_any(),
            "/operator/payments" => view! { <pages::OperatorPayments /> }.into_any(),
            "/operator/staff" => view! { <pages::OperatorStaff /> }.into_any(),
            "/operator/plans" => view! { <pages::PlanDesk /> }.into_any(),
            path if path.ends_with("/close-down") => view! { <pages::CloseDown /> }.into_any(),
            path if path.ends_with("/shift") => view! { <pages::Shift /> }.into_any(),
            path if path.ends_with("/rules") => view! { <pages::StationRules /> }.into_any(),
            path if path.starts_with("/staff/sessions/") => view! { <pages::SwapSession /> }.into_any(),
            path if path.starts_with("/staff/bays/") => view! { <pages::Bay /> }.into_any(),
            _ => view! { <pages::StationCounter /> }.into_any(),
        }
    }
}
