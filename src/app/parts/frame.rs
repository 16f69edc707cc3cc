//! What surrounds every page: the bar with the ways through the application, and the foot with the theme.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::Icon;
use crate::app::browser::{self, Theme};
use crate::app::calls::visitor::ActiveBooking;
use crate::app::live::clock::Clock;
use crate::app::me::Me;
use crate::domain::Role;

/// The bar at the top; on a phone its ways stand at the bottom, under the thumb.
#[component]
pub fn Header() -> impl IntoView {
    let (me, clock) = (Me::get(), Clock::get());
    let ways = move || {
        Suspend::new(async move {
            let visitor = me.visitor.await.ok();
            if let Some(visitor) = &visitor {
                clock.learn_once(visitor.now);
                me.show(visitor);
            }
            let role = visitor.and_then(|visitor| visitor.user).map(|user| user.role);
            view! { <Ways role /> }
        })
    };
    view! {
        <header class="top">
            <a class="brand" href="/">
                <Icon name="mark" />
                <span>"Voltbay"</span>
            </a>
            <nav class="nav nav-rider" aria-label="Main">
                <Transition>{ways}</Transition>
            </nav>
            <div class="top-end"></div>
        </header>
    }
}

#[component]
fn Ways(role: Option<Role>) -> impl IntoView {
    let me = Me::get();
    let signed_in = role.is_some();
    let staff = role.is_some_and(Role::is_staff);
    let operates = role.is_some_and(Role::may_operate);
    view! {
        <ul>
            <Way href="/" also="/stations" icon="station" name="Stations" />
            {signed_in
                .then(|| {
                    view! {
                        <Way href="/bookings" also="/bookings" icon="booking" name="Booking">
                            {move || me.active.get().map(|active| view! { <TimeLeft active /> })}
                        </Way>
                        <Way href="/inbox" also="/inbox" icon="bell" name="Activity">
                            {move || {
                                let unread = me.unread.get();
                                (unread > 0).then(|| view! { <Badge value=unread.to_string() said=format!(", {unread} unread") /> })
                            }}
                        </Way>
                    }
                })}
            {operates.then(|| view! { <Way href="/operator" also="/operator" icon="tool" name="Operator" /> })}
            {staff.then(|| view! { <Way href="/staff" also="/staff" icon="grid" name="Staff" /> })}
            {if signed_in {
                view! { <Way href="/profile" also="/profile" icon="person" name="Profile" /> }
            } else {
                view! { <Way href="/sign-in" also="/register" icon="person" name="Sign in" /> }
            }}
        </ul>
    }
}

/// One way through the application, marked when we are on it.
#[component]
fn Way(
    href: &'static str,
    /// Pages below this path belong to it too.
    also: &'static str,
    icon: &'static str,
    name: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let path = use_location().pathname;
    let current = move || {
        path.with(|path| path == href || path.starts_with(also))
            .then_some("page")
    };
    view! {
        <li>
            <a href=href aria-current=current>
                <Icon name=icon />
                <span>{name}</span>
                {children.map(|children| children())}
            </a>
        </li>
    }
}

/// A small number on a way: for the eye short, for the ear a sentence.
#[component]
fn Badge(value: String, said: String) -> impl IntoView {
    let shown = value.clone();
    view! {
        <data value=value>
            <span aria-hidden="true">{shown}</span>
            <span class="sr">{said}</span>
        </data>
    }
}

/// Whole minutes until the deadline of the active booking; changes once a minute.
#[component]
fn TimeLeft(active: ActiveBooking) -> impl IntoView {
    let clock = Clock::get();
    let minutes = Memo::new(move |_| {
        let left = active.deadline.since(clock.now()).as_secs();
        left.div_ceil(60)
    });
    move || {
        let minutes = minutes.get();
        let said = match minutes {
            1 => ", 1 minute left".to_owned(),
            minutes => format!(", {minutes} minutes left"),
        };
        view! { <Badge value=format!("{minutes} m") said /> }
    }
}

/// The foot of every page: which times these are, and light or dark.
#[component]
pub fn Foot() -> impl IntoView {
    let chosen = browser::theme();
    let switch = Theme::ALL.map(|theme| {
        let remember = move |_| browser::set_cookie(Theme::COOKIE, theme.as_str());
        view! {
            <label>
                <input
                    type="radio"
                    name="theme"
                    value=theme.as_str()
                    checked=theme == chosen
                    on:change=remember
                />
                {theme.label()}
            </label>
        }
    });
    view! {
        <footer class="foot">
            <p>"Voltbay · Times are those of the station."</p>
            <fieldset>
                <legend class="sr">"Theme"</legend>
                <div class="seg">{switch.collect_view()}</div>
            </fieldset>
        </footer>
    }
}
