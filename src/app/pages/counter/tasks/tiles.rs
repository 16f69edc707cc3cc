//! How the station stands, in five numbers.

use leptos::prelude::*;

use super::super::state::Counter;
use crate::protocol::rest::OpsOut;

/// The numbers.
#[component]
pub fn Tiles(counter: Counter) -> impl IntoView {
    let tile = move |name: &'static str, of: fn(&OpsOut) -> String| {
        let number = Memo::new(move |_| counter.work.standing().with(|standing| of(&standing.ops)));
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{number}</dd>
            </div>
        }
    };
    view! {
        <dl class="counts" aria-label="Today">
            {tile("to prepare", |ops| ops.pending.to_string())}
            {tile("ready", |ops| ops.ready.to_string())}
            {tile("being served", |ops| ops.serving.to_string())}
            {tile("tasks done today", |ops| ops.done_today.to_string())}
            {tile(
                "acknowledged within",
                |ops| ops.ack_p90_s.map_or_else(|| "–".to_owned(), |seconds| format!("{seconds} s")),
            )}
        </dl>
    }
}
