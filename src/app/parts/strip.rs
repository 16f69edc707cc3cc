//! A station at a glance: one small cell a slot, in slot order. Silent; the counts stand beside it.

use std::fmt::Write;

use leptos::prelude::*;

use super::Shape;

/// Width of one cell with the gap after it.
const STEP: usize = 11;

/// The strip of an inventory: two characters a slot, shape and tenths of charge.
#[component]
pub fn Strip(
    /// The letters, as the inventory has them.
    #[prop(into)]
    letters: Signal<String>,
) -> impl IntoView {
    let slots = move || letters.with(|letters| letters.len() / 2);
    view! {
        <svg
            class="strip"
            viewBox=move || format!("0 0 {} 18", (slots() * STEP).saturating_sub(2))
            aria-hidden="true"
            inner_html=move || letters.with(|letters| drawing(letters))
        ></svg>
    }
}

fn drawing(letters: &str) -> String {
    let mut svg = String::with_capacity(letters.len() * 64);
    for (index, slot) in letters.as_bytes().chunks_exact(2).enumerate() {
        let left = index * STEP;
        let shape = Shape::of_strip(slot[0]);
        let _ = write!(
            svg,
            r#"<g data-state="{}"><path class="strip-case" d="M{left}.5 2.5h7v15h-7z"/>"#,
            shape.as_str()
        );
        // Twelve units of well for ten steps of charge; even an empty pack shows its floor.
        let height = 12 * (usize::from(slot[1].saturating_sub(b'0').min(9)) + 1) / 10;
        match shape {
            Shape::Empty => {}
            Shape::Fault => {
                let _ = write!(
                    svg,
                    r#"<path class="strip-x" d="m{}.5 5 5 10m0-10-5 10"/>"#,
                    left + 1
                );
            }
            _ => {
                let (x, y) = (left + 2, 16 - height);
                let _ = write!(svg, r#"<path class="strip-fill" d="M{x} {y}h4v{height}h-4z"/>"#);
            }
        }
        if shape == Shape::Held {
            let _ = write!(svg, r#"<path class="strip-band" d="M{left} 10h8"/>"#);
        }
        svg.push_str("</g>");
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_has_one_cell_and_a_full_pack_fills_it() {
        let svg = drawing("r9c0h9f4e0");
        assert_eq!(svg.matches("strip-case").count(), 5);
        assert!(svg.contains(r#"d="M2 4h4v12h-4z""#));
        assert!(svg.contains(r#"d="M13 15h4v1h-4z""#));
        assert_eq!(svg.matches("strip-fill").count(), 3);
    }
}
