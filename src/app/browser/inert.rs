//! On the server: nothing moves, and what is asked is answered with what is true there.

/// A timer that never rings.
pub struct Timer;
/// A beat that never comes.
pub type Beat = Timer;

impl Timer {
    /// Lets it run out by itself.
    pub fn forget(self) {}
}

/// No browser, no clock.
pub fn now_ms() -> f64 {
    0.0
}

/// No dice either.
pub fn random() -> f64 {
    0.0
}

/// Never runs.
pub fn after(_ms: u32, _then: impl FnOnce() + 'static) -> Timer {
    Timer
}

/// Never runs.
pub fn every(_ms: u32, _then: impl FnMut() + 'static) -> Beat {
    Timer
}

/// There is no page to hide.
pub fn is_hidden() -> bool {
    false
}

/// Always.
pub fn is_online() -> bool {
    true
}

/// Never calls.
pub fn on_wake(_then: impl Fn() + Clone + 'static) {}

/// Nothing.
pub fn recall(_key: &str) -> Option<String> {
    None
}

/// Forgets at once.
pub fn remember(_key: &str, _value: &str) {}

/// Nothing to set: the browser does it.
pub fn set_cookie(_name: &str, _value: &str) {}

/// Never answers.
pub fn locate(_then: impl Fn(Option<(f64, f64)>) + Clone + 'static) {}

/// Stays.
pub fn go_to(_url: &str) {}

/// Stays.
pub fn reload() {}

/// Never.
pub fn has_dialog() -> bool {
    false
}

/// Never.
pub fn has_focus_within(_id: &str) -> bool {
    false
}

/// There are no tabs.
pub fn lead_tabs(_then: impl Fn(bool) + Clone + 'static) {}

/// Nothing to focus.
pub fn focus(_id: &str) {}

/// There is no screen.
pub fn is_drawn(_id: &str) -> bool {
    false
}

/// Nobody types.
pub fn is_typing() -> bool {
    false
}

/// Nothing has the focus.
pub fn focus_row(_list: &str, _forward: bool) {}

/// Nothing has the focus.
pub fn is_on_row(_list: &str) -> bool {
    false
}

/// Nothing is pressed.
pub fn press_in_row(_list: &str, _selector: &str) {}

/// Nobody hears.
pub fn enable_sound() -> bool {
    false
}

/// Nobody feels it.
pub fn shake() {}

/// Nobody hears.
pub fn chime(_tones: u32) {}

/// No camera either.
pub async fn can_read_codes() -> bool {
    false
}

/// Never asked.
pub async fn read_code(
    _video: &str,
    _is_wanted: impl Fn() -> bool,
) -> Result<Option<String>, super::NoCamera> {
    Err(super::NoCamera::Missing)
}

/// Sends nothing.
pub fn send_form_of(_id: &str) {}
