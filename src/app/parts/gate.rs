//! What stands beside the forms for signing in and registering: the network right now, and a way past.

use leptos::either::Either;
use leptos::prelude::*;

use super::{Pack, Shape};
use crate::app::calls::auth::{Glance, load_glance};

/// Counts of the network, and a link to look at it without an account.
#[component]
pub fn GateSide() -> impl IntoView {
    let glance = Resource::new_blocking(|| (), |()| load_glance());
    let counts = move || {
        Suspend::new(async move {
            match glance.await {
                Ok(glance) => Either::Left(view! { <Counts glance /> }),
                Err(_) => Either::Right(()),
            }
        })
    };
    view! {
        <aside class="gate-side" aria-label="The network right now">
            <Suspense>{counts}</Suspense>
            <p>"You can look at every station without an account. Sign in to hold a battery."</p>
            <a class="btn" href="/">
                "See stations"
            </a>
        </aside>
    }
}

#[component]
fn Counts(glance: Glance) -> impl IntoView {
    let packs = samples(&glance.strip)
        .into_iter()
        .map(|(shape, soc)| view! { <Pack shape soc class="pack pack-l" /> })
        .collect_view();
    view! {
        <dl class="counts">
            <div class="lead" data-none=(glance.ready == 0).then_some("")>
                <dt>"batteries ready"</dt>
                <dd>{glance.ready}</dd>
            </div>
            <div>
                <dt>"stations open"</dt>
                <dd>{glance.open}</dd>
            </div>
        </dl>
        <div class="gate-packs" aria-hidden="true">
            {packs}
        </div>
    }
}

/// Up to five slots of a real station, of as many shapes as it has to offer.
fn samples(strip: &str) -> Vec<(Shape, u8)> {
    let slots = strip.as_bytes().chunks_exact(2).map(|slot| {
        let tenths = slot[1].saturating_sub(b'0').min(9);
        let soc = if tenths == 9 { 98 } else { tenths * 10 + 5 };
        (Shape::of_strip(slot[0]), soc)
    });
    let mut seen = Vec::new();
    let offered = slots.filter(|(shape, _)| !matches!(shape, Shape::Fault | Shape::Checking));
    let (mut samples, more): (Vec<_>, Vec<_>) = offered.partition(|(shape, _)| {
        let new = !seen.contains(shape);
        seen.push(*shape);
        new
    });
    samples.extend(more.into_iter().take(5_usize.saturating_sub(samples.len())));
    samples.sort_by_key(|(shape, _)| Shape::ALL.iter().position(|other| other == shape));
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_show_as_many_shapes_as_there_are() {
        let shapes = |strip| {
            samples(strip)
                .into_iter()
                .map(|(shape, _)| shape.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            shapes("r9r9r9c5r9e0h9"),
            ["ready", "ready", "charging", "held", "empty"]
        );
        assert_eq!(shapes("r9"), ["ready"]);
        assert!(shapes("").is_empty());
    }
}
