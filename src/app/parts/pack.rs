//! The signature of Voltbay: an upright cell whose fill is its charge and whose shape is its state. Always
//! silent: percentage and state stand beside it as text.

use std::fmt::Write;

use leptos::prelude::*;

use crate::domain::BatteryState;
use crate::protocol::rest::BatteryOut;

/// What stands in a slot, as riders see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Can be taken.
    Ready,
    /// Not yet.
    Charging,
    /// Somebody's.
    Held,
    /// Just came back.
    Checking,
    /// Out of service.
    Fault,
    /// A free slot.
    Empty,
}

impl Shape {
    /// Every shape, in the order of the key.
    pub const ALL: [Self; 6] = [
        Self::Ready,
        Self::Charging,
        Self::Held,
        Self::Checking,
        Self::Fault,
        Self::Empty,
    ];

    /// The shape of a pack in a slot.
    pub fn of(pack: &BatteryOut) -> Self {
        match pack.state {
            BatteryState::Available | BatteryState::Charging if pack.held => Self::Held,
            BatteryState::Available => Self::Ready,
            BatteryState::Charging => Self::Charging,
            BatteryState::Returned => Self::Checking,
            _ => Self::Fault,
        }
    }

    /// The shape of a letter in an inventory's strip.
    pub fn of_strip(letter: u8) -> Self {
        match letter {
            b'r' => Self::Ready,
            b'c' => Self::Charging,
            b'h' => Self::Held,
            b'k' => Self::Checking,
            b'f' => Self::Fault,
            _ => Self::Empty,
        }
    }

    /// The value of `data-state`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Charging => "charging",
            Self::Held => "held",
            Self::Checking => "checking",
            Self::Fault => "fault",
            Self::Empty => "empty",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Charging => "Charging",
            Self::Held => "Held",
            Self::Checking => "Being checked",
            Self::Fault => "Out of service",
            Self::Empty => "Free slot",
        }
    }
}

const CASE: &str = r#"<rect class="pack-case" x="1" y="5" width="22" height="34" rx="2.5"/>"#;
const CAP: &str = r#"<path class="pack-cap" d="M8 0.5h8v4H8z"/>"#;
const STRAP: &str = r#"<path class="pack-strap" d="M-1.5 17h27v7h-27z"/>"#;
const CROSS: &str = r#"<path class="pack-mark" d="m6 12 12 20M18 12 6 32"/>"#;
const BOLT: &str = concat!(
    r#"<path class="pack-halo" d="M13.5 12.5 7 24h4.5l-1 8.5L17 20.5h-4.5z"/>"#,
    r#"<path class="pack-bolt" d="M13.5 12.5 7 24h4.5l-1 8.5L17 20.5h-4.5z"/>"#
);

/// The drawing inside the cell: `height = 28 × soc / 100`, standing on the floor of the well.
pub fn drawing(shape: Shape, soc: u8) -> String {
    let tenths = u32::from(soc) * 28 / 10;
    let (height, top) = (tenths, 360 - tenths);
    let mut svg = String::from(CASE);
    if shape != Shape::Empty {
        svg.push_str(CAP);
    }
    let paint = match shape {
        Shape::Ready | Shape::Held => r#"class="pack-fill""#,
        Shape::Charging => r#"fill="url(#pack-hatch)""#,
        Shape::Checking => r#"fill="url(#pack-dots)""#,
        Shape::Fault | Shape::Empty => "",
    };
    if !paint.is_empty() {
        let _ = write!(
            svg,
            r#"<rect {paint} x="4" y="{}.{}" width="16" height="{}.{}"/>"#,
            top / 10,
            top % 10,
            height / 10,
            height % 10
        );
    }
    svg.push_str(match shape {
        Shape::Held => STRAP,
        Shape::Fault => CROSS,
        Shape::Charging => BOLT,
        _ => "",
    });
    svg
}

/// One pack.
#[component]
pub fn Pack(
    /// What it is; moves with the signal.
    #[prop(into)]
    shape: Signal<Shape>,
    /// Its charge, %.
    #[prop(into)]
    soc: Signal<u8>,
    /// `pack`, with `pack-s` or `pack-l` for the other sizes.
    #[prop(optional, into)]
    class: Option<&'static str>,
) -> impl IntoView {
    view! {
        <svg
            class=class.unwrap_or("pack")
            viewBox="-2 0 28 40"
            data-state=move || shape.get().as_str()
            aria-hidden="true"
            inner_html=move || drawing(shape.get(), soc.get())
        ></svg>
    }
}

/// The hatch of charging and the dots of checking, once per document.
#[component]
pub fn PackPatterns() -> impl IntoView {
    const PATTERNS: &str = concat!(
        r#"<defs><pattern id="pack-hatch" width="5" height="5" patternUnits="userSpaceOnUse" "#,
        r#"patternTransform="rotate(45)"><path class="pack-hatch" d="M2.5 0v5"/></pattern>"#,
        r#"<pattern id="pack-dots" width="4" height="4" patternUnits="userSpaceOnUse">"#,
        r#"<rect class="pack-dots" x="1" y="1" width="2" height="2"/></pattern></defs>"#
    );
    view! { <svg width="0" height="0" aria-hidden="true" inner_html=PATTERNS></svg> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fill_is_linear_and_stands_on_the_floor() {
        assert!(drawing(Shape::Ready, 100).contains(r#"y="8.0" width="16" height="28.0""#));
        assert!(drawing(Shape::Charging, 62).contains(r#"y="18.7" width="16" height="17.3""#));
        assert!(drawing(Shape::Held, 0).contains(r#"y="36.0" width="16" height="0.0""#));
    }

    #[test]
    fn a_pack_out_of_service_and_a_free_slot_have_no_fill() {
        for shape in [Shape::Fault, Shape::Empty] {
            assert!(!drawing(shape, 80).contains(r#"width="16""#));
        }
    }
}
