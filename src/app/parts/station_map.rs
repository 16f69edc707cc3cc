//! The map: the list's twin, the same stations in the same order, as links that can be reached with the
//! keyboard. Drawn by ourselves; moved and zoomed by buttons, never by dragging alone.

use leptos::either::Either;
use leptos::prelude::*;

use super::Icon;
use super::backdrop::{KOCHI, NAMES, SHAPES};
use super::decimal::decimal;
use super::pack::{Shape, drawing};
use super::projection::{HEIGHT, Lens, Plane, WIDTH};
use super::words::plural;
use crate::app::live::store::{Counted, Row, ready_and_charging};
use crate::domain::Position;
use crate::protocol::inventory::Inventory;

/// Share of the plane's width that the scale is long; the same number stands in map.css.
const SCALE_SHARE: f64 = 0.123;

/// The stations of the list on the map.
#[component]
pub fn StationMap(
    /// The rows of the list.
    rows: RwSignal<Vec<Row>>,
    /// Count only these models.
    counted: RwSignal<Counted>,
    /// Where the person is.
    here: Memo<Option<Position>>,
) -> impl IntoView {
    let lens = RwSignal::new(Lens::WHOLE);
    let plane = Memo::new(move |_| rows.with(|rows| plane_of(rows)));
    let scale = move || kilometres(plane.get().km_wide() * SCALE_SHARE / lens.get().zoom);
    let pins = move || {
        let (rows, plane) = (rows.get(), plane.get());
        let places: Vec<_> = rows.iter().map(|row| plane.place(position(row))).collect();
        let pins = rows.into_iter().zip(&places);
        pins.map(|(row, place)| {
            let left = leans_left(*place, &places);
            view! { <Pin row place=*place left lens counted /> }
        })
        .collect_view()
    };
    let me = move || {
        here.get()
            .map(|here| view! { <Me place=plane.get().place(here) lens /> })
    };
    view! {
        <section class="map" aria-label="Map of the same stations">
            <div class="map-plane">
                <svg
                    viewBox=move || lens.get().view_box()
                    aria-hidden="true"
                    inner_html=move || if plane.get() == KOCHI { SHAPES.to_owned() } else { graticule() }
                ></svg>
                <svg>
                    {move || (plane.get() == KOCHI).then(|| view! { <Names lens /> })}
                    {me}
                    {pins}
                </svg>
            </div>
            <p class="map-scale">{scale}</p>
            <Tools lens />
        </section>
    }
}

/// The drawn area when it shows every station, else one that fits.
fn plane_of(rows: &[Row]) -> Plane {
    let positions: Vec<_> = rows.iter().map(position).collect();
    if positions.iter().all(|position| KOCHI.shows(*position)) {
        KOCHI
    } else {
        Plane::around(&positions)
    }
}

fn position(row: &Row) -> Position {
    Position {
        latitude: row.about.latitude,
        longitude: row.about.longitude,
    }
}

/// A pin turns its plate to the left where the right is taken by a neighbour or by the edge.
fn leans_left((x, y): (f64, f64), places: &[(f64, f64)]) -> bool {
    let crowded = places.iter().any(|(other_x, other_y)| {
        let ahead = other_x - x;
        ahead > 0.0 && ahead < WIDTH * 0.105 && (other_y - y).abs() < HEIGHT * 0.2
    });
    crowded || x > WIDTH * 0.85
}

/// `2 km`, `500 m`.
fn kilometres(km: f64) -> String {
    if km < 0.95 {
        format!("{} m", decimal(km * 1_000.0, 0))
    } else if km < 9.5 && (km - km.round()).abs() > 0.05 {
        format!("{} km", decimal(km, 1))
    } else {
        format!("{} km", decimal(km, 0))
    }
}

fn graticule() -> String {
    let lines = (0..=10_u32).map(|step| {
        let (x, y) = (step * 100, step * 74);
        format!("<path d=\"M{x}-2000V3000M-2000 {y}H3000\"/>")
    });
    format!("<g class=\"map-grid\">{}</g>", lines.collect::<String>())
}

#[component]
fn Names(lens: RwSignal<Lens>) -> impl IntoView {
    NAMES
        .map(|(x, y, name)| {
            let at = move || lens.get().percent((x, y));
            view! {
                <text class="map-name" x=move || percent(at().0) y=move || percent(at().1)>
                    {name}
                </text>
            }
        })
        .collect_view()
}

#[component]
fn Me(place: (f64, f64), lens: RwSignal<Lens>) -> impl IntoView {
    let at = move || lens.get().percent(place);
    view! {
        <svg x=move || percent(at().0) y=move || percent(at().1) overflow="visible" aria-hidden="true">
            <circle class="map-me-ring" r="18" />
            <circle class="map-me" r="7" />
            <text class="map-name" x="-26" dy=".35em" text-anchor="end">
                "You"
            </text>
        </svg>
    }
}

fn percent(value: f64) -> String {
    format!("{}%", decimal(value, 2))
}

/// What can be taken of the counted models, and the shape that says it.
fn face(inventory: &Inventory, counted: &Counted) -> (i64, Shape) {
    let (ready, charging) = ready_and_charging(inventory, counted);
    let shape = match (ready, charging) {
        (1.., _) => Shape::Ready,
        (_, 1..) => Shape::Charging,
        _ => Shape::Empty,
    };
    (ready, shape)
}

#[component]
fn Pin(
    row: Row,
    place: (f64, f64),
    left: bool,
    lens: RwSignal<Lens>,
    counted: RwSignal<Counted>,
) -> impl IntoView {
    let shown = RwSignal::from(row.shown);
    let face = Memo::new(move |_| counted.with(|counted| shown.with(|inventory| face(inventory, counted))));
    let at = move || lens.get().percent(place);
    let name = row.about.name.clone();
    let label = {
        let name = name.clone();
        move || {
            let ready = face.get().0;
            format!("{name}, {ready} {} ready", plural(ready, "battery", "batteries"))
        }
    };
    // Two digits need a wider plate.
    let wide = move || if face.get().0 > 9 { 66 } else { 58 };
    let plate = move || if left { 10 - wide() } else { -10 };
    let outline = row.outline;
    view! {
        <svg x=move || percent(at().0) y=move || percent(at().1) overflow="visible">
            <a
                class="pin"
                href=format!("/stations/{}", row.about.id)
                aria-label=label
                data-none=move || (face.get().0 == 0).then_some("")
                data-changed=move || outline.is_on().then_some("")
            >
                <rect class="pin-hit" x=move || plate() - 2 y="-66" width=move || wide() + 4 height="70" />
                <path class="pin-stem" d="M0-28v26" />
                <circle class="pin-dot" r="4" />
                <rect class="pin-plate" x=plate y="-64" width=wide height="38" rx="6" />
                <svg
                    class="pack pack-s"
                    x=move || plate() + 5
                    y="-57"
                    width="17"
                    height="24"
                    viewBox="-2 0 28 40"
                    data-state=move || face.get().1.as_str()
                    aria-hidden="true"
                    inner_html=move || drawing(face.get().1, if face.get().1 == Shape::Charging { 45 } else { 100 })
                ></svg>
                <text class="pin-label" y="20">
                    {name}
                </text>
                <text class="pin-n" x=move || plate() + 30 y="-38">
                    {move || face.get().0}
                </text>
            </a>
        </svg>
    }
}

/// Closer, wider, and where to look: buttons, so that nobody has to drag.
#[component]
fn Tools(lens: RwSignal<Lens>) -> impl IntoView {
    let zoom = move |closer: bool| lens.update(|lens| *lens = lens.zoomed(closer));
    let ways = [
        ("up", "Look further north", 0.0, -1.0),
        ("back", "Look further west", -1.0, 0.0),
        ("go", "Look further east", 1.0, 0.0),
        ("down", "Look further south", 0.0, 1.0),
    ];
    let moves = move || {
        if lens.get().zoom <= 1.0 {
            return Either::Left(());
        }
        let buttons = ways.map(|(icon, label, right, down)| {
            let step = move |_| lens.update(|lens| *lens = lens.moved(right, down));
            view! {
                <button type="button" class="btn btn-icon" aria-label=label on:click=step>
                    <Icon name=icon />
                </button>
            }
        });
        Either::Right(view! { <div class="map-ways">{buttons.collect_view()}</div> })
    };
    view! {
        <div class="map-tools">
            {moves}
            <button
                type="button"
                class="btn btn-icon"
                aria-label="Zoom in"
                aria-disabled=move || (lens.get().zoom >= Lens::MAX_ZOOM).then_some("true")
                on:click=move |_| zoom(true)
            >
                <Icon name="plus" />
            </button>
            <button
                type="button"
                class="btn btn-icon"
                aria-label="Zoom out"
                aria-disabled=move || (lens.get().zoom <= 1.0).then_some("true")
                on:click=move |_| zoom(false)
            >
                <Icon name="minus" />
            </button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_written_as_on_a_map() {
        let said = [1.9998, 0.9999, 0.5, 0.25, 14.6, 1.4].map(kilometres);
        assert_eq!(said, ["2 km", "1 km", "500 m", "250 m", "15 km", "1.4 km"]);
    }

    #[test]
    fn a_plate_turns_away_from_its_neighbour_and_from_the_edge() {
        let places = [(322.0, 392.0), (400.0, 478.0), (917.0, 215.0)];
        let turned = places.map(|place| leans_left(place, &places));
        assert_eq!(turned, [true, false, true]);
    }
}
