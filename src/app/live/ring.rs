//! A sound and a shake when it is the customer's turn, on devices where she wants that.

use leptos::ev;
use leptos::prelude::*;

use crate::app::browser;
use crate::domain::NotificationKind;

/// Where the choice is remembered.
const SWITCH: &str = "ring";

/// Whether this device is to be heard.
pub fn is_wanted() -> bool {
    browser::recall(SWITCH).as_deref() == Some("on")
}

/// The person's choice. Whoever switches it on hears how it sounds.
pub fn choose(on: bool) {
    browser::remember(SWITCH, if on { "on" } else { "off" });
    if on && browser::enable_sound() {
        browser::chime(1);
    }
}

/// A page may be heard only once it was touched: the first touch will do.
pub fn wait_for_a_touch() {
    let touched = || {
        if is_wanted() {
            browser::enable_sound();
        }
    };
    window_event_listener(ev::pointerdown, move |_| touched());
    window_event_listener(ev::keydown, move |_| touched());
}

/// Something happened to the person in front of the page.
pub fn ring_for(event: NotificationKind) {
    let is_my_turn = matches!(
        event,
        NotificationKind::BayCalled | NotificationKind::BookingReady | NotificationKind::WaitlistOffer
    );
    if is_my_turn && is_wanted() {
        browser::chime(2);
        browser::shake();
    }
}
