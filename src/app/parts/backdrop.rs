//! The drawing behind the map of Kochi: land, water, roads and rail, in units of the map's plane. Used when
//! every station lies in it; elsewhere the map shows a plain grid.

use super::projection::Plane;

/// Where the drawing lies on the earth: degrees of its origin, and units a degree.
pub const KOCHI: Plane = Plane {
    west: 76.225_95,
    north: 10.039_07,
    per_longitude: 6_740.0,
    per_latitude: 6_839.0,
};

/// The shapes, as SVG.
pub const SHAPES: &str = concat!(
    r#"<path class="map-land" d="M340-400 L320 60 Q300 150 316 250 Q300 330 306 400 Q322 470 350 540 Q370 600 340 690 Q330 800 380 1200 L2200 1200 L2200-400Z"/>"#,
    r#"<path class="map-land" d="M-60 470 Q40 430 150 455 Q190 480 186 560 Q196 650 236 740 Q250 900 270 1200 L60 1200 Q-10 800-40 640Z"/>"#,
    r#"<path class="map-land" d="M212 470 Q258 452 284 500 Q300 560 292 640 Q272 690 248 660 Q216 590 212 470Z"/>"#,
    r#"<path class="map-land" d="M40 300 Q120 262 232 296 Q262 330 236 372 Q150 402 60 372Q16 340 40 300Z"/>"#,
    r#"<path class="map-land" d="M-100-400 L180-400 Q214-100 196 60 Q208 170 176 226 Q80 250-60 216Z"/>"#,
    r#"<path class="map-water" d="M1300 330 Q1060 380 900 330 Q820 300 740 330 Q700 350 712 380 Q780 362 860 372 Q1040 430 1300 380Z"/>"#,
    r#"<path class="map-water" d="M316 170 Q430 180 520 172 Q680 130 860 20 Q960-60 1300-90 L1320-60 Q980-20 890 50 Q720 160 540 200 Q420 212 312 200Z"/>"#,
    r#"<g class="map-road map-small"><path d="M400 478 Q470 490 640 484"/><path d="M322 392 Q352 440 400 478 Q410 560 380 700 Q390 900 420 1200"/><path d="M128 500 Q160 570 210 700 L240 900"/><path d="M640 484 Q720 540 800 622 Q900 720 1200 900"/><path d="M500 276 Q640 300 720 260 Q830 200 917 215 Q1100 240 1400 200"/><path d="M917 215 Q880 400 800 622"/><path d="M380 640 Q320 640 236 640"/><path d="M322 392 Q330 330 340 250 Q360 236 500 276"/></g>"#,
    r#"<g class="map-road map-small map-road-in"><path d="M400 478 Q470 490 640 484"/><path d="M322 392 Q352 440 400 478 Q410 560 380 700 Q390 900 420 1200"/><path d="M128 500 Q160 570 210 700 L240 900"/><path d="M640 484 Q720 540 800 622 Q900 720 1200 900"/><path d="M500 276 Q640 300 720 260 Q830 200 917 215 Q1100 240 1400 200"/><path d="M917 215 Q880 400 800 622"/><path d="M380 640 Q320 640 236 640"/><path d="M322 392 Q330 330 340 250 Q360 236 500 276"/></g>"#,
    r#"<g class="map-road"><path d="M560-400 Q540-100 553 101 Q590 240 600 340 Q640 420 640 484 Q600 640 480 760 Q430 900 440 1200"/><path d="M553 101 Q300 60 180 100 Q60 110-100 60"/></g>"#,
    r#"<g class="map-road map-road-in"><path d="M560-400 Q540-100 553 101 Q590 240 600 340 Q640 420 640 484 Q600 640 480 760 Q430 900 440 1200"/><path d="M553 101 Q300 60 180 100 Q60 110-100 60"/></g>"#,
    r#"<path class="map-rail" d="M700-400 Q640-80 560 96 Q520 200 500 270 Q400 320 392 400 Q396 500 450 530 Q560 540 640 490 Q720 560 810 632"/>"#,
);

/// Names of places, with their position in units.
pub const NAMES: [(f64, f64, &str); 8] = [
    (140.0, 340.4, "Bolgatty"),
    (235.0, 555.0, "Willingdon Island"),
    (40.0, 562.4, "Mattancherry"),
    (700.0, 114.7, "Edappally Canal"),
    (780.0, 351.5, "Kadambrayar"),
    (460.0, 651.2, "Kundannoor"),
    (220.0, 222.0, "Vembanad Lake"),
    (30.0, 59.2, "Vypin"),
];
