//! Fields of forms and what is wrong with them.
//!
//! A problem is told twice: in a summary above the form, which takes the focus, and beside the field it is
//! about. Works before WASM arrives; showing a password needs it.

use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use super::Icon;
use crate::app::browser;
use crate::domain::{FieldError, Problem};

/// What is wrong with `field`, if the problem is about it.
pub fn complaint_about(problem: &Problem, field: &str) -> Option<String> {
    match problem {
        Problem::Invalid { errors } => {
            let error = errors.iter().find(|error| error.field == field)?;
            Some(error.detail.clone())
        }
        Problem::EmailTaken if field == "email" => Some(problem.to_string()),
        Problem::VehicleTaken if field == "registration" => Some(problem.to_string()),
        Problem::SerialTaken if field == "serial" => Some(problem.to_string()),
        Problem::SlotTaken { .. } | Problem::NoFreeSlot if field == "slot" => Some(problem.to_string()),
        Problem::WrongCode { .. } if field == "proof" => Some(problem.to_string()),
        _ => None,
    }
}

/// The problem of the last answer to a form, if it failed.
pub fn failure<T: Send + Sync + 'static>(
    answer: impl Fn() -> Option<Result<T, Problem>> + Send + Sync + 'static,
) -> Signal<Option<Problem>> {
    Signal::derive(move || answer()?.err())
}

/// What went wrong, above the fields. Takes the focus when it appears.
#[component]
pub fn ErrorSummary(
    /// The problem of the last answer.
    problem: Signal<Option<Problem>>,
    /// What the fields point to.
    id: &'static str,
    /// A field that has another id than its name, and that id.
    #[prop(optional)]
    but: Option<(&'static str, &'static str)>,
) -> impl IntoView {
    let note = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if problem.with(Option::is_some)
            && let Some(note) = note.get()
        {
            let _ = note.focus();
        }
    });
    move || {
        let problem = problem.get()?;
        let fields = complaints(&problem);
        let fields = (!fields.is_empty()).then(|| view! { <Complaints fields but /> });
        Some(view! {
            <div class="note" data-tone="danger" id=id tabindex="-1" autofocus node_ref=note>
                <Icon name="alert" />
                <div>
                    <p>
                        <b>{headline(&problem)}</b>
                    </p>
                    {fields}
                </div>
            </div>
        })
    }
}

/// What is wrong with each field, as a link to it.
#[component]
fn Complaints(fields: Vec<(String, String)>, but: Option<(&'static str, &'static str)>) -> impl IntoView {
    let row = move |(field, detail): (String, String)| {
        let id = match but {
            Some((name, id)) if name == field => id,
            _ => field.as_str(),
        };
        view! {
            <li>
                <a href=format!("#{id}") rel="external">
                    {detail}
                </a>
            </li>
        }
    };
    view! { <ul>{fields.into_iter().map(row).collect_view()}</ul> }
}

/// What went wrong in one sentence; the details of each field follow as links to it.
fn headline(problem: &Problem) -> String {
    match problem {
        Problem::Invalid { .. } => format!("{}:", problem.title()),
        Problem::InvalidCredentials => format!("{problem} Check both and try again."),
        other => other.to_string(),
    }
}

fn complaints(problem: &Problem) -> Vec<(String, String)> {
    let Problem::Invalid { errors } = problem else {
        return Vec::new();
    };
    let pair = |error: &FieldError| (error.field.clone(), error.detail.clone());
    errors.iter().map(pair).collect()
}

/// A labelled input line and what is wrong with it.
#[component]
pub fn Field(
    /// What people read.
    label: &'static str,
    /// Name in the form, unique on the page.
    name: &'static str,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// What a password manager may fill in.
    autocomplete: &'static str,
    /// May be left out.
    #[prop(optional)]
    optional: bool,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// How to fill it in.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// The problem of the last answer.
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let complaint = complaint(problem, name);
    view! {
        <div class="field">
            <label for=name>
                {label} {optional.then(|| view! { <span class="label">" (optional)"</span> })}
            </label>
            <input
                class="input"
                id=name
                name=name
                type=kind
                autocomplete=autocomplete
                required=!optional
                value=value
                aria-invalid=move || complaint.get().map(|_| "true")
                aria-describedby=described(name, hint.is_some(), complaint)
            />
            {hint.map(|hint| view! { <Hint name hint /> })}
            <Complaint name complaint />
        </div>
    }
}

/// A password, with a button that shows it.
#[component]
pub fn PasswordField(
    /// What people read.
    label: &'static str,
    /// Name in the form, unique on the page.
    name: &'static str,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    /// How to fill it in.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// The problem of the last answer.
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let complaint = complaint(problem, name);
    let shown = RwSignal::new(false);
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <div class="input-row">
                <input
                    class="input"
                    id=name
                    name=name
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    aria-invalid=move || complaint.get().map(|_| "true")
                    aria-describedby=described(name, hint.is_some(), complaint)
                />
                <button
                    type="button"
                    class="btn btn-icon needs-script"
                    aria-label="Show password"
                    aria-pressed=move || shown.get().to_string()
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    <Icon name="eye" />
                </button>
            </div>
            {hint.map(|hint| view! { <Hint name hint /> })}
            <Complaint name complaint />
        </div>
    }
}

/// The button that sends a form: says what goes on while the server works, and sends nothing twice.
#[component]
pub fn Submit(
    /// What it does.
    #[prop(into)]
    label: Oco<'static, str>,
    /// What it says meanwhile.
    busy: &'static str,
    /// The server is working on it.
    #[prop(into)]
    pending: Signal<bool>,
    /// Further classes.
    #[prop(default = "btn btn-go btn-wide")]
    class: &'static str,
    /// So that the focus can be moved to it.
    #[prop(optional)]
    id: Option<&'static str>,
) -> impl IntoView {
    let guard = move |event: leptos::ev::MouseEvent| {
        if pending.get_untracked() {
            event.prevent_default();
        }
    };
    view! {
        <button
            type="submit"
            id=id
            class=class
            aria-disabled=move || pending.get().then_some("true")
            on:click=guard
        >
            {move || if pending.get() { busy.into() } else { label.clone() }}
        </button>
    }
}

#[component]
fn Hint(name: &'static str, hint: &'static str) -> impl IntoView {
    view! {
        <p class="label" id=format!("{name}-hint")>
            {hint}
        </p>
    }
}

#[component]
fn Complaint(name: &'static str, complaint: Signal<Option<String>>) -> impl IntoView {
    move || {
        let detail = complaint.get()?;
        Some(view! {
            <p class="error" id=format!("{name}-error")>
                <Icon name="alert" />
                {detail}
            </p>
        })
    }
}

fn complaint(problem: Signal<Option<Problem>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || problem.with(|problem| complaint_about(problem.as_ref()?, field)))
}

fn described(
    name: &'static str,
    has_hint: bool,
    complaint: Signal<Option<String>>,
) -> impl Fn() -> Option<String> + Send + Sync + 'static {
    move || match (complaint.with(Option::is_some), has_hint) {
        (true, true) => Some(format!("{name}-error {name}-hint")),
        (true, false) => Some(format!("{name}-error")),
        (false, true) => Some(format!("{name}-hint")),
        (false, false) => None,
    }
}

/// Goes where the answer says, with a new document, once there is one.
pub fn follow(answer: impl Fn() -> Option<Result<String, Problem>> + 'static) {
    Effect::new(move |_| {
        if let Some(Ok(path)) = answer() {
            browser::go_to(&path);
        }
    });
}

/// The page to go to afterwards, from the address, carried through the form.
#[component]
pub fn NextPage() -> impl IntoView {
    let next = use_query_map().with_untracked(|query| query.get("next"));
    next.map(|next| view! { <input type="hidden" name="next" value=next /> })
}

/// The address of another page of the gate that leads to the same place afterwards.
pub fn keeping_next(path: &'static str) -> String {
    let query = use_query_map().get_untracked();
    match query.get("next") {
        Some(next) => {
            let mut only = ParamsMap::new();
            only.insert("next", next);
            format!("{path}{}", only.to_query_string())
        }
        None => path.to_owned(),
    }
}
