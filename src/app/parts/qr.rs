//! The QR code of a booking, as the server drew it: dark on white in both themes.

use leptos::prelude::*;

use crate::app::calls::bookings::QrDrawing;

/// One QR code.
#[component]
pub fn Qr(
    /// As the server drew it.
    drawing: QrDrawing,
    /// What it stands for.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! {
        <svg
            class="qr"
            viewBox=format!("0 0 {0} {0}", drawing.size)
            role="img"
            aria-label=label
            shape-rendering="crispEdges"
        >
            <path d=drawing.d></path>
        </svg>
    }
}
