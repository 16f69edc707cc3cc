//! What comes in a file of its own: whoever opens the first page loads only what it needs. Without splitting,
//! all of it is simply part of the whole.
#![allow(
    unsafe_code,
    clippy::used_underscore_binding,
    reason = "what `lazy_route` expands to calls into the other file; nothing here is written by hand"
)]

use leptos::prelude::*;
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

/// One station.
pub struct StationRoute;
/// My bookings.
pub struct BookingsRoute;
/// One booking.
pub struct BookingRoute;
/// My notifications.
pub struct InboxRoute;
/// Signing in.
pub struct SignInRoute;
/// Making an account.
pub struct RegisterRoute;
/// My account.
pub struct ProfileRoute;
/// What I ride.
pub struct VehiclesRoute;
/// The stations one runs.
pub struct OperatorRoute;
/// All bookings there.
pub struct OperatorBookingsRoute;
/// Who works there.
pub struct OperatorStaffRoute;
/// The stations one works at.
pub struct StaffRoute;
/// A station's work.
pub struct CounterRoute;
/// The plans on sale.
pub struct PlansRoute;
/// The plan I have.
pub struct PlanRoute;
/// The plans an operator sells.
pub struct PlanDeskRoute;
/// A receipt.
pub struct ReceiptRoute;

#[lazy_route]
impl LazyRoute for StationRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::Station /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for BookingsRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::Bookings /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for BookingRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::Booking /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for InboxRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::Inbox /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for SignInRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::SignIn /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for RegisterRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::Register /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for ProfileRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::Profile /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for VehiclesRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::Vehicles /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for OperatorRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::Operator /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for OperatorBookingsRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::OperatorBookings /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for OperatorStaffRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::OperatorStaff /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for StaffRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::Staff /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for CounterRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::StationCounter /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for PlansRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::Plans /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for PlanRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::MyPlan /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for PlanDeskRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::PlanDesk /> }.into_any()
    }
}

#[lazy_route]
impl LazyRoute for ReceiptRoute {
    fn data() -> Self {
        Self
    }
    fn view(_this: Self) -> AnyView {
        view! { <pages::Receipt /> }.into_any()
    }
}
