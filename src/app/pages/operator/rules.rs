//! The rules of one station: what it wants otherwise than its operator, and those than the installation. An operator
//! changes them, a lead reads them.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::bays::StationBays;
use crate::app::browser;
use crate::app::calls::bay_places::AddBay;
use crate::app::calls::rules::{ResetRules, RulesPage, SetRules, load_rules};
use crate::app::parts::Icon;
use crate::app::parts::announce::Announcer;
use crate::app::parts::form::{ErrorSummary, Submit, complaint_about, failure};
use crate::app::parts::refusal::Refusal;
use crate::domain::{Problem, StationId};
use crate::protocol::rest::{RulesOut, SetBy, TimerOut};

/// The page.
#[component]
pub fn StationRules() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let page = Resource::new_blocking(move || id.get(), load_rules);
    let set = ServerAction::<SetRules>::new();
    let reset = ServerAction::<ResetRules>::new();
    let add = ServerAction::<AddBay>::new();
    let announcer = Announcer::get();
    let done = move |said: &'static str, go_to: &'static str| {
        page.refetch();
        announcer.say(said);
        browser::focus(go_to);
    };
    Effect::new(move |_| {
        if let Some(Ok(())) = set.value().get() {
            done(
                "The rules are changed. Running bookings keep their deadlines.",
                "rules-h",
            );
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(())) = reset.value().get() {
            done("Every time is the default's again.", "rules-h");
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(_)) = add.value().get() {
            done("The bay is there.", "bays-h");
        }
    });
    let body = move || {
        Suspend::new(async move {
            match page.await {
                Ok(page) => Either::Left(view! { <Sheet page set reset add /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    view! { <Transition>{body}</Transition> }
}

#[component]
fn Sheet(
    page: RulesPage,
    set: ServerAction<SetRules>,
    reset: ServerAction<ResetRules>,
    add: ServerAction<AddBay>,
) -> impl IntoView {
    let RulesPage {
        station,
        station_name,
        rules,
        may_change,
        bays,
    } = page;
    let body = if may_change {
        Either::Left(view! { <Change station rules set reset /> })
    } else {
        Either::Right(view! { <Read rules /> })
    };
    view! {
        <Title text=format!("Rules · {station_name}") />
        <div class="wrap stack">
            <a class="crumb" href=format!("/staff/stations/{station}")>
                <Icon name="back" />
                "Counter"
            </a>
            <h1 id="rules-h" tabindex="-1">
                "Rules of "
                {station_name}
            </h1>
            {body}
            <StationBays station bays add may_change />
        </div>
    }
}

/// Whose word a length is.
fn said_by(set_by: SetBy) -> &'static str {
    match set_by {
        SetBy::Installation => "default",
        SetBy::Operator => "the operator's",
        SetBy::Station => "this station's own",
    }
}

/// For who may not change them.
#[component]
fn Read(rules: RulesOut) -> impl IntoView {
    let yes = |word: Option<bool>| if word == Some(true) { "Yes" } else { "No" };
    let rows = rules
        .timers
        .into_values()
        .map(|timer| {
            view! {
                <div>
                    <dt>{timer.meaning}</dt>
                    <dd>{format!("{}, {}", timer.length, said_by(timer.set_by))}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="panel panel-body stack" aria-label="The rules">
            <p class="soft">"Your operator changes them."</p>
            <dl class="sum">
                <div>
                    <dt>"Somebody says yes to each booking"</dt>
                    <dd>{yes(rules.needs_approval)}</dd>
                </div>
                <div>
                    <dt>"Bookings are paid first"</dt>
                    <dd>{yes(rules.needs_prepayment)}</dd>
                </div>
                <div>
                    <dt>"Batteries in half an hour for who books for later"</dt>
                    <dd>{rules.pickup_capacity}</dd>
                </div>
                {rows}
            </dl>
        </section>
    }
}

#[component]
fn Change(
    station: StationId,
    rules: RulesOut,
    set: ServerAction<SetRules>,
    reset: ServerAction<ResetRules>,
) -> impl IntoView {
    let problem = failure(move || set.value().get());
    let unset = failure(move || reset.value().get());
    let own = rules
        .timers
        .values()
        .filter(|timer| timer.set_by == SetBy::Station);
    let own = own.count();
    let lines = rules
        .timers
        .into_iter()
        .map(|(key, timer)| view! { <Length key timer problem /> })
        .collect_view();
    let tick = |name: &'static str, label: &'static str, on: Option<bool>| {
        view! {
            <label class="choice">
                <input type="checkbox" name=name value="1" checked=on == Some(true) />
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <ActionForm action=set attr:class="stack">
            <ErrorSummary problem id="rules-problem" />
            <input type="hidden" name="form[station]" value=station.to_string() />
            <section class="panel panel-body stack" aria-labelledby="bookings-h">
                <h2 id="bookings-h">"Bookings"</h2>
                {tick("form[approval]", "Somebody at the station says yes to each booking", rules.needs_approval)}
                {tick("form[prepayment]", "Bookings are paid online, or by a plan, before they are confirmed", rules.needs_prepayment)}
                <Line
                    field="pickup_capacity".to_owned()
                    name="form[capacity]".to_owned()
                    label="Batteries in half an hour".to_owned()
                    hint="For those who book for later, 0 to 100.".to_owned()
                    value=rules.pickup_capacity.unwrap_or_default().to_string()
                    placeholder=String::new()
                    problem
                />
            </section>
            <section class="panel panel-body stack" aria-labelledby="times-h">
                <h2 id="times-h">"Times"</h2>
                <p class="soft">
                    "Write a length like 90s, 15m or 1h30m. An empty field is the default. Running bookings keep their deadlines."
                </p>
                <div class="rules-grid">{lines}</div>
            </section>
            <div class="btns">
                <Submit label="Save the rules" busy="Saving…" pending=set.pending() class="btn btn-go" />
            </div>
        </ActionForm>
        {(own > 0)
            .then(|| {
                view! {
                    <ErrorSummary problem=unset id="reset-problem" />
                    <ActionForm action=reset>
                        <input type="hidden" name="station" value=station.to_string() />
                        <Submit
                            label="All times back to their defaults"
                            busy="Taking back…"
                            pending=reset.pending()
                            class="btn btn-quiet"
                        />
                    </ActionForm>
                }
            })}
    }
}

/// One timer.
#[component]
fn Length(key: String, timer: TimerOut, problem: Signal<Option<Problem>>) -> impl IntoView {
    let is_own = timer.set_by == SetBy::Station;
    let value = if is_own {
        timer.length.clone()
    } else {
        String::new()
    };
    let hint = if is_own {
        format!("This station's own. Without it {}.", timer.otherwise)
    } else {
        format!("{}, {}.", timer.length, said_by(timer.set_by))
    };
    view! {
        <Line
            field=format!("timers.{key}")
            name=format!("form[t][{key}]")
            label=timer.meaning
            hint
            value
            placeholder=timer.otherwise
            problem
        />
    }
}

/// One field, with what is wrong with it beside it.
#[component]
fn Line(
    field: String,
    name: String,
    label: String,
    hint: String,
    value: String,
    placeholder: String,
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let complaint = {
        let field = field.clone();
        Memo::new(move |_| problem.with(|problem| complaint_about(problem.as_ref()?, &field)))
    };
    let (hint_id, error_id) = (format!("{field}-hint"), format!("{field}-error"));
    let described = {
        let (hint, error) = (hint_id.clone(), error_id.clone());
        move || {
            if complaint.with(Option::is_some) {
                format!("{error} {hint}")
            } else {
                hint.clone()
            }
        }
    };
    view! {
        <div class="field">
            <label for=field.clone()>{label}</label>
            <input
                class="input"
                id=field
                name=name
                autocomplete="off"
                value=value
                placeholder=placeholder
                aria-invalid=move || complaint.get().map(|_| "true")
                aria-describedby=described
            />
            <p class="label" id=hint_id>
                {hint}
            </p>
            {move || {
                let id = error_id.clone();
                complaint
                    .get()
                    .map(|detail| {
                        view! {
                            <p class="error" id=id>
                                <Icon name="alert" />
                                {detail}
                            </p>
                        }
                    })
            }}
        </div>
    }
}
