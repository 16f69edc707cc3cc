//! A note that needs reading, beside the thing it is about: problems, warnings, empty lists.

use leptos::prelude::*;

use super::Icon;

/// How serious a note is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// To know.
    #[default]
    Plain,
    /// To mind.
    Warn,
    /// Something failed.
    Danger,
}

impl Tone {
    /// The value of `data-tone`.
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Warn => Some("warn"),
            Self::Danger => Some("danger"),
        }
    }
}

/// A heading in bold, and what follows from it.
#[component]
pub fn Note(
    /// How serious.
    #[prop(optional)]
    tone: Tone,
    /// What happened, in one sentence.
    #[prop(into)]
    title: String,
    /// So that a control can name it as its description.
    #[prop(optional, into)]
    id: Option<String>,
    /// What to do now.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let sign = if tone == Tone::Plain { "clock" } else { "alert" };
    view! {
        <div class="note" data-tone=tone.as_str() id=id tabindex="-1">
            <Icon name=sign />
            <div>
                <b>{title}</b>
                {children.map(|children| children())}
            </div>
        </div>
    }
}
