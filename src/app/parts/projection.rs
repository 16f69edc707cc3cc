//! From degrees to the plane of the map: 1000 units wide, 740 high, north up, equal scale both ways.

use super::decimal::decimal;
use crate::domain::Position;

/// Width of the plane in units.
pub const WIDTH: f64 = 1_000.0;
/// Height of the plane in units.
pub const HEIGHT: f64 = 740.0;
/// Share of a fitted plane that stays free around the stations.
const MARGIN: f64 = 0.16;
const KM_PER_DEGREE: f64 = 111.195;

/// A rectangle of the earth, small enough to be flat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane {
    /// Longitude of the left edge.
    pub west: f64,
    /// Latitude of the upper edge.
    pub north: f64,
    /// Units a degree of longitude.
    pub per_longitude: f64,
    /// Units a degree of latitude.
    pub per_latitude: f64,
}

impl Plane {
    /// Where a position lies, in units from the upper left corner.
    pub fn place(self, position: Position) -> (f64, f64) {
        (
            (position.longitude - self.west) * self.per_longitude,
            (self.north - position.latitude) * self.per_latitude,
        )
    }

    /// Whether a position lies on the plane.
    pub fn shows(self, position: Position) -> bool {
        let (x, y) = self.place(position);
        (0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y)
    }

    /// How many kilometres the plane is wide.
    pub fn km_wide(self) -> f64 {
        WIDTH / self.per_latitude * KM_PER_DEGREE
    }

    /// The smallest plane that shows all positions with a margin; at least about five kilometres wide.
    pub fn around(positions: &[Position]) -> Self {
        let least = 5.0 / KM_PER_DEGREE;
        let span = |of: fn(&Position) -> f64| {
            let low = positions.iter().map(of).fold(f64::INFINITY, f64::min);
            let high = positions.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
            if low > high { (0.0, 0.0) } else { (low, high) }
        };
        let (south, north) = span(|position| position.latitude);
        let (west, east) = span(|position| position.longitude);
        let (middle_latitude, middle_longitude) = (f64::midpoint(south, north), f64::midpoint(west, east));
        let shrink = cosine(middle_latitude).max(0.05);
        let room = 1.0 - 2.0 * MARGIN;
        let per_latitude = (HEIGHT * room / (north - south).max(least))
            .min(WIDTH * room / ((east - west) * shrink).max(least));
        let per_longitude = per_latitude * shrink;
        Self {
            west: middle_longitude - WIDTH / 2.0 / per_longitude,
            north: middle_latitude + HEIGHT / 2.0 / per_latitude,
            per_longitude,
            per_latitude,
        }
    }
}

/// The cosine of a latitude in degrees, to five decimals: its Taylor series, in place of an exact one that
/// every visitor would have to load.
fn cosine(latitude: f64) -> f64 {
    let square = latitude.to_radians().powi(2);
    let terms = [
        1.0 / 3_628_800.0,
        1.0 / 40_320.0,
        1.0 / 720.0,
        1.0 / 24.0,
        0.5,
        1.0,
    ];
    terms.into_iter().fold(0.0, |sum, term| term - square * sum)
}

/// What is seen of a plane: its middle in units, and how many times larger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    /// Middle, across.
    pub x: f64,
    /// Middle, down.
    pub y: f64,
    /// 1 shows the whole plane.
    pub zoom: f64,
}

impl Lens {
    /// The whole plane.
    pub const WHOLE: Self = Self {
        x: WIDTH / 2.0,
        y: HEIGHT / 2.0,
        zoom: 1.0,
    };
    /// Closest look.
    pub const MAX_ZOOM: f64 = 8.0;

    /// Twice as close, or half; never wider than the whole.
    #[must_use]
    pub fn zoomed(self, closer: bool) -> Self {
        let zoom = if closer { self.zoom * 2.0 } else { self.zoom / 2.0 };
        if zoom <= 1.0 {
            return Self::WHOLE;
        }
        Self {
            zoom: zoom.min(Self::MAX_ZOOM),
            ..self
        }
    }

    /// A quarter of the view to the side: −1, 0 or 1 each way.
    #[must_use]
    pub fn moved(self, right: f64, down: f64) -> Self {
        let step = |at: f64, size: f64, way: f64| (at + way * size / self.zoom / 4.0).clamp(0.0, size);
        Self {
            x: step(self.x, WIDTH, right),
            y: step(self.y, HEIGHT, down),
            ..self
        }
    }

    /// Where units lie in the view, in per cent.
    pub fn percent(self, (x, y): (f64, f64)) -> (f64, f64) {
        (
            50.0 + (x - self.x) * self.zoom / WIDTH * 100.0,
            50.0 + (y - self.y) * self.zoom / HEIGHT * 100.0,
        )
    }

    /// The same as an SVG view box.
    pub fn view_box(self) -> String {
        let (width, height) = (WIDTH / self.zoom, HEIGHT / self.zoom);
        let (left, top) = (self.x - width / 2.0, self.y - height / 2.0);
        [left, top, width, height]
            .map(|units| decimal(units, 1))
            .join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fitted_plane_shows_everything_with_room_to_spare() {
        let positions = [(9.97, 76.24), (10.03, 76.36), (9.94, 76.35)]
            .map(|(latitude, longitude)| Position { latitude, longitude });
        let plane = Plane::around(&positions);
        for position in positions {
            let (x, y) = plane.place(position);
            assert!(
                (100.0..900.0).contains(&x) && (100.0..640.0).contains(&y),
                "{x} {y}"
            );
        }
        assert!(Plane::around(&positions[..1]).km_wide() > 5.0);
        assert!(Plane::around(&[]).per_latitude.is_finite());
    }

    #[test]
    fn the_cosine_is_good_enough_for_a_map() {
        for latitude in -90..=90 {
            let latitude = f64::from(latitude);
            assert!(
                (cosine(latitude) - latitude.to_radians().cos()).abs() < 1e-5,
                "{latitude}"
            );
        }
    }

    #[test]
    fn zooming_out_ends_at_the_whole_and_moving_stays_on_the_plane() {
        let lens = Lens::WHOLE.zoomed(true).moved(1.0, 0.0);
        assert_eq!(lens.percent((625.0, 370.0)), (50.0, 50.0));
        assert_eq!(lens.zoomed(false), Lens::WHOLE);
        let far = (0..99).fold(lens, |lens, _| lens.moved(1.0, 1.0));
        assert_eq!((far.x, far.y), (WIDTH, HEIGHT));
        assert_eq!(Lens::WHOLE.view_box(), "0.0 0.0 1000.0 740.0");
    }
}
