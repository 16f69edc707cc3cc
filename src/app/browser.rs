//! The browser behind the page: clock, timers, storage, visibility, position. The only room besides the
//! socket that names web-sys. On the server every function is inert and answers what is true there.

#[cfg(feature = "hydrate")]
mod camera;
#[cfg(not(feature = "hydrate"))]
mod inert;
#[cfg(feature = "hydrate")]
mod real;
#[cfg(feature = "hydrate")]
mod rows;
#[cfg(feature = "hydrate")]
mod sound;

#[cfg(feature = "hydrate")]
pub use camera::*;
#[cfg(not(feature = "hydrate"))]
pub use inert::*;
#[cfg(feature = "hydrate")]
pub use real::*;
#[cfg(feature = "hydrate")]
pub use rows::*;
#[cfg(feature = "hydrate")]
pub use sound::*;

/// Light or dark, as the person chose it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system is set.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every theme, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];
    /// The cookie that remembers the choice.
    pub const COOKIE: &str = "theme";

    /// The value of the cookie and of the switch.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Auto => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    fn of(value: Option<String>) -> Self {
        let theme = Self::ALL
            .into_iter()
            .find(|theme| value.as_deref() == Some(theme.as_str()));
        theme.unwrap_or_default()
    }
}

/// Why no code can be read off the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCamera {
    /// The person, or the browser for her, said no.
    Refused,
    /// This device has none.
    Missing,
    /// It is there, but does not start.
    Busy,
}

impl NoCamera {
    /// What happened and what to do, in one sentence each.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Refused => "The camera is not allowed here. Allow it in the browser's settings, or type.",
            Self::Missing => "This device has no camera. Type instead.",
            Self::Busy => "The camera does not start. Close what else uses it, or type.",
        }
    }
}

/// The theme that was chosen on an earlier visit.
pub fn theme() -> Theme {
    Theme::of(cookie(Theme::COOKIE))
}

#[cfg(feature = "ssr")]
pub use crate::app::calls::cookie;
