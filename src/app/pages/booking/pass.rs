//! What proves at the counter whose booking it is: QR code, code and PIN.

use leptos::prelude::*;

use crate::app::calls::bookings::QrDrawing;
use crate::app::parts::Icon;
use crate::app::parts::qr::Qr;
use crate::domain::booking::spaced_code;
use crate::protocol::rest::BookingOut;

/// Code, PIN and QR code; nothing for anybody but the customer.
#[component]
pub fn Pass(booking: BookingOut, qr: Option<QrDrawing>) -> impl IntoView {
    booking.code.clone().map(|code| shown(code, booking.pin, qr))
}

fn shown(code: String, pin: Option<String>, qr: Option<QrDrawing>) -> impl IntoView {
    let spaced = spaced_code(&code);
    let letters = code.chars().map(String::from).collect::<Vec<_>>().join(", ");
    let label = format!("QR code for booking {spaced}");
    view! {
        <section class="panel panel-body pass" aria-labelledby="pass-h">
            <h2 id="pass-h" tabindex="-1">
                "Show this at the station"
            </h2>
            {qr.map(|drawing| view! { <Qr drawing label /> })}
            <dl>
                <div>
                    <dt>"Code"</dt>
                    <dd data-testid="booking-code">
                        <span aria-hidden="true">{spaced}</span>
                        <span class="sr">{letters}</span>
                    </dd>
                </div>
                {pin.map(|pin| view! { <Pin pin /> })}
            </dl>
        </section>
    }
}

/// Hidden from the people in the queue until it is asked for.
#[component]
fn Pin(pin: String) -> impl IntoView {
    let digits = pin.chars().map(String::from).collect::<Vec<_>>().join(", ");
    view! {
        <div>
            <dt>"PIN"</dt>
            <dd>
                <details class="pin">
                    <summary role="button" class="btn">
                        <Icon name="eye" />
                        "Show"
                        <span class="sr">" PIN"</span>
                    </summary>
                    <span aria-hidden="true">{pin}</span>
                    <span class="sr">{digits}</span>
                </details>
            </dd>
        </div>
    }
}
