//! A list that is walked through by keys.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Somebody types, or chooses from a list: the keys are hers.
pub fn is_typing() -> bool {
    let focused = document().active_element();
    focused.is_some_and(|element| element.matches("input, select, textarea").unwrap_or(false))
}

/// Moves the focus to the row after the one that has it, or before; to the first where none has.
pub fn focus_row(list: &str, forward: bool) {
    let Some(rows) = document().get_element_by_id(list) else {
        return;
    };
    let next = match row_with_focus(list) {
        None => rows.first_element_child(),
        Some(row) if forward => row.next_element_sibling(),
        Some(row) => row.previous_element_sibling(),
    };
    if let Some(next) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        let _ = next.focus();
    }
}

/// The focus is on a row itself, not on a control in it.
pub fn is_on_row(list: &str) -> bool {
    row_with_focus(list).is_some_and(|row| Some(row) == document().active_element())
}

/// Presses the first control of a kind in the row that has the focus; in the first row where none has.
pub fn press_in_row(list: &str, selector: &str) {
    let first = || document().get_element_by_id(list)?.first_element_child();
    let control = row_with_focus(list)
        .or_else(first)
        .and_then(|row| row.query_selector(selector).ok()?);
    if let Some(control) = control.and_then(|control| control.dyn_into::<HtmlElement>().ok()) {
        control.click();
    }
}

fn row_with_focus(list: &str) -> Option<Element> {
    document()
        .active_element()?
        .closest(&format!("#{list} > *"))
        .ok()?
}
