//! In the browser.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::document;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::window;

/// A running timer; dropping it stops it.
pub type Timer = gloo_timers::callback::Timeout;
/// A repeating timer; dropping it stops it.
pub type Beat = gloo_timers::callback::Interval;

/// Milliseconds since the Unix epoch by a clock that never jumps while the page is open.
pub fn now_ms() -> f64 {
    let performance = window().and_then(|window| window.performance());
    performance.map_or_else(js_sys::Date::now, |clock| clock.time_origin() + clock.now())
}

/// 0 to 1, never 1.
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// Runs `then` once, after so many milliseconds.
pub fn after(ms: u32, then: impl FnOnce() + 'static) -> Timer {
    Timer::new(ms, then)
}

/// Runs `then` every so many milliseconds.
pub fn every(ms: u32, then: impl FnMut() + 'static) -> Beat {
    Beat::new(ms, then)
}

/// Nobody sees the page right now.
pub fn is_hidden() -> bool {
    document().hidden()
}

/// The browser believes that there is a network.
pub fn is_online() -> bool {
    window().is_none_or(|window| window.navigator().on_line())
}

/// Calls `then` whenever the page may have slept or been cut off: network gone or back, page visible again,
/// page restored.
/// For the life of the page.
pub fn on_wake(then: impl Fn() + Clone + 'static) {
    let Some(window) = window() else { return };
    let shown = then.clone();
    let visible = Closure::<dyn Fn()>::new(move || {
        if !is_hidden() {
            shown();
        }
    });
    let awake = Closure::<dyn Fn()>::new(then);
    let listen = |event, closure: &Closure<dyn Fn()>| {
        let _ = window.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    };
    listen("offline", &awake);
    listen("online", &awake);
    listen("pageshow", &awake);
    let _ = document().add_event_listener_with_callback("visibilitychange", visible.as_ref().unchecked_ref());
    awake.forget();
    visible.forget();
}

/// What was remembered under `key`.
pub fn recall(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Remembers `value` under `key` on this device.
pub fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, value);
    }
}

fn storage() -> Option<web_sys::Storage> {
    window()?.local_storage().ok()?
}

/// The value of a cookie that scripts may read.
pub fn cookie(name: &str) -> Option<String> {
    let cookies = html_document()?.cookie().ok()?;
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Sets a cookie for a year.
pub fn set_cookie(name: &str, value: &str) {
    if let Some(document) = html_document() {
        let _ = document.set_cookie(&format!("{name}={value};path=/;max-age=31536000;samesite=lax"));
    }
}

fn html_document() -> Option<web_sys::HtmlDocument> {
    document().dyn_into().ok()
}

/// Asks where the person is; `then` gets latitude and longitude, or nothing when she says no.
pub fn locate(then: impl Fn(Option<(f64, f64)>) + Clone + 'static) {
    let Some(geolocation) = window().and_then(|window| window.navigator().geolocation().ok()) else {
        then(None);
        return;
    };
    let found = then.clone();
    let yes = Closure::once_into_js(move |position: web_sys::Position| {
        let at = position.coords();
        found(Some((at.latitude(), at.longitude())));
    });
    let refused = then.clone();
    let no = Closure::once_into_js(move |_: JsValue| refused(None));
    let asked =
        geolocation.get_current_position_with_error_callback(yes.unchecked_ref(), Some(no.unchecked_ref()));
    if asked.is_err() {
        then(None);
    }
}

/// Loads another address as a new document.
pub fn go_to(url: &str) {
    if let Some(window) = window() {
        let _ = window.location().set_href(url);
    }
}

/// Loads this page again.
pub fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

/// A dialog is open: the keyboard is its.
pub fn has_dialog() -> bool {
    matches!(document().query_selector("dialog[open]"), Ok(Some(_)))
}

/// The element with this id takes room on the screen.
pub fn is_drawn(id: &str) -> bool {
    let element = document().get_element_by_id(id);
    let element = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    element.is_some_and(|element| element.offset_width() > 0)
}

/// The focus is on the element with this id, or inside it.
pub fn has_focus_within(id: &str) -> bool {
    let element = document().get_element_by_id(id);
    element.is_some_and(|element| element.contains(document().active_element().as_deref()))
}

/// Of all tabs of this site the one that was seen last leads. Calls `then` whenever that changes here.
///
/// The lead is a web lock that every tab takes from the others when it comes to the front. Without
/// locks (no TLS, an old browser) every visible tab leads.
pub fn lead_tabs(then: impl Fn(bool) + Clone + 'static) {
    // Taking the lock from oneself would end with its loss, whatever comes first.
    let leads = Rc::new(Cell::new(false));
    let claim = move || {
        if is_hidden() || leads.replace(true) {
            return;
        }
        let (leads, then) = (Rc::clone(&leads), then.clone());
        let change = move |now| {
            leads.set(now);
            then(now);
        };
        if take_lead(change.clone()).is_none() {
            change(true);
        }
    };
    claim();
    let Some(window) = window() else { return };
    on_wake(claim.clone());
    let focused = Closure::<dyn Fn()>::new(claim);
    let _ = window.add_event_listener_with_callback("focus", focused.as_ref().unchecked_ref());
    focused.forget();
}

/// Takes the lock until another tab takes it; none where there are no locks.
fn take_lead(then: impl Fn(bool) + Clone + 'static) -> Option<()> {
    let navigator = window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    let steal = Object::new();
    Reflect::set(&steal, &"steal".into(), &true.into()).ok()?;
    let got = then.clone();
    let forever = Closure::once_into_js(move || {
        got(true);
        Promise::new(&mut |_, _| {})
    });
    let request = method(&locks, "request")?;
    let held = request
        .call3(&locks, &"voltbay-lead".into(), &steal, &forever)
        .ok()?;
    let lost = Closure::once_into_js(move |_: JsValue| then(false));
    method(&held, "catch")?.call1(&held, &lost).ok()?;
    Some(())
}

/// A method that web-sys does not offer in a stable build.
pub(super) fn method(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &name.into()).ok()?.dyn_into().ok()
}

/// Moves the focus to the element with this id.
pub fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Sends the form of the field with this id, as Enter in it does.
pub fn send_form_of(id: &str) {
    let form = document()
        .get_element_by_id(id)
        .and_then(|field| field.closest("form").ok()?);
    if let Some(form) = form
        && let Some(send) = method(&form, "requestSubmit")
    {
        let _ = send.call0(&form);
    }
}
