//! The inbox, called Activity: what happened, newest first, read and unread. New messages come in live; they
//! wait behind a button while the pointer or the focus is on the list, so that nothing moves under it.

use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use crate::app::calls::notifications::{InboxSheet, ReadAllNotifications, ReadNotification, load_inbox};
use crate::app::live::messages::{icon_of, place_of};
use crate::app::live::notices::Notices;
use crate::app::me::Me;
use crate::app::parts::refusal::Refusal;
use crate::app::parts::{Icon, LiveChip, StaleNote};
use crate::domain::{Level, Timestamp};
use crate::protocol::rest::NotificationOut;

/// The page of my messages.
#[component]
pub fn Inbox() -> impl IntoView {
    let query = use_query_map();
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor")));
    let unread_only = Memo::new(move |_| query.with(|query| query.get("show").as_deref() == Some("unread")));
    let sheet = Resource::new_blocking(
        move || (cursor.get(), unread_only.get()),
        |(cursor, unread_only)| load_inbox(cursor, unread_only),
    );
    let page = move || {
        let (first_page, unread_only) = (cursor.get().is_none(), unread_only.get());
        Suspend::new(async move {
            match sheet.await {
                Ok(sheet) => Either::Left(view! { <List sheet first_page unread_only /> }),
                Err(problem) => Either::Right(view! { <Refusal problem /> }),
            }
        })
    };
    let unread = Me::get().unread;
    let title = move || match unread.get() {
        0 => "Activity".to_owned(),
        unread => format!("Activity, {unread} unread"),
    };
    view! {
        <Title text=title />
        <Transition>{page}</Transition>
    }
}

#[component]
fn List(sheet: InboxSheet, first_page: bool, unread_only: bool) -> impl IntoView {
    let InboxSheet { inbox, offset, now } = sheet;
    // Said by this answer too, so that server and browser render the same whatever comes first.
    Me::get().unread.set(inbox.unread);
    let older = inbox.next.map(|cursor| address(unread_only, Some(cursor)));
    let rows = RwSignal::new(inbox.items);
    let waiting = first_page.then(|| take_news(rows));
    let busy = RwSignal::new(false);
    let days = Memo::new(move |_| by_day(&rows.read(), offset));
    let day = move |(day, mails): (String, Vec<NotificationOut>)| {
        let heading = day_name(&day, now, offset);
        let mail = move |mail| view! { <Mail mail offset unread_only /> };
        view! {
            <section aria-label=heading.clone()>
                <h2 class="day">{heading.clone()}</h2>
                <ul class="panel rows">
                    <For each=move || mails.clone() key=|mail| mail.id children=mail />
                </ul>
            </section>
        }
    };
    view! {
        <div class="wrap">
            <div class="inbox stack">
                <Head unread_only rows offset />
                {waiting.map(|waiting| view! { <News waiting rows busy /> })}
                <div
                    on:mouseenter=move |_| busy.set(true)
                    on:mouseleave=move |_| busy.set(false)
                    on:focusin=move |_| busy.set(true)
                    on:focusout=move |_| busy.set(false)
                >
                    <For each=move || days.get() key=|day| (day.0.clone(), ids(&day.1)) children=day />
                    <Show when=move || rows.read().is_empty()>
                        <Empty unread_only />
                    </Show>
                </div>
                <nav class="btns" aria-label="Pages">
                    {(!first_page).then(|| view! { <a class="btn" href=address(unread_only, None)>"Newest"</a> })}
                    {older.map(|href| view! { <a class="btn" href=href rel="next">"Older"</a> })}
                </nav>
            </div>
        </div>
    }
}

/// Heading, choices, and the button that marks everything as read.
#[component]
fn Head(unread_only: bool, rows: RwSignal<Vec<NotificationOut>>, offset: i32) -> impl IntoView {
    let (unread, notices) = (Me::get().unread, Notices::get());
    let here = |chosen: bool| chosen.then_some("true");
    let mark = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        notices.mark_all_read(rows.with_untracked(|rows| rows.first().map(|mail| mail.id)));
    };
    view! {
        {move || {
            notices.line().map(|line| view! { <StaleNote line offset advice="News may be missing here. Retry, or load the page again." /> })
        }}
        <div class="split">
            <div class="live-bar">
                <h1>"Activity"</h1>
                <span class="label">
                    {move || match unread.get() {
                        0 => "All read".to_owned(),
                        unread => format!("{unread} unread"),
                    }}
                </span>
                {move || notices.line().map(|line| view! { <LiveChip line offset /> })}
            </div>
            <Show when=move || { unread.get() > 0 }>
                <form method="post" action=ReadAllNotifications::url() on:submit=mark>
                    <button type="submit" class="btn">
                        "Mark all read"
                    </button>
                </form>
            </Show>
        </div>
        <nav class="chips" aria-label="Which messages">
            <a class="chip" href=address(false, None) aria-current=here(!unread_only)>
                <Icon name="check" />
                "All"
            </a>
            <a class="chip" href=address(true, None) aria-current=here(unread_only)>
                <Icon name="check" />
                {move || match unread.get() {
                    0 => "Unread".to_owned(),
                    unread => format!("Unread, {unread}"),
                }}
            </a>
        </nav>
    }
}

/// What came in while somebody was busy with the list.
#[component]
fn News(
    waiting: Signal<Vec<NotificationOut>>,
    rows: RwSignal<Vec<NotificationOut>>,
    busy: RwSignal<bool>,
) -> impl IntoView {
    let show = move || {
        let news = waiting.get_untracked();
        rows.update(|rows| {
            rows.splice(0..0, news);
        });
    };
    Effect::new(move |_| {
        if !waiting.read().is_empty() && !busy.get() {
            show();
        }
    });
    let count = move || Some(waiting.read().len()).filter(|count| *count > 0 && busy.get());
    move || {
        count().map(|count| {
            let label = if count == 1 {
                "1 new message".to_owned()
            } else {
                format!("{count} new messages")
            };
            view! {
                <button type="button" class="btn" on:click=move |_| show()>
                    <Icon name="bell" />
                    {label}
                </button>
            }
        })
    }
}

/// One message: a link to what it is about, and a button to mark it as read.
#[component]
fn Mail(mail: NotificationOut, offset: i32, unread_only: bool) -> impl IntoView {
    let notices = Notices::get();
    let id = mail.id;
    let tone = match mail.level {
        Level::Warning => Some("warn"),
        Level::Error => Some("danger"),
        Level::Info | Level::Success => None,
    };
    let href = place_of(&mail).unwrap_or_else(|| address(unread_only, None));
    let (icon, title, message, at) = (
        icon_of(mail.event),
        mail.title.clone(),
        mail.message.clone(),
        mail.timestamp,
    );
    let unread = Memo::new(move |_| !notices.is_read(&mail));
    let mark = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        notices.mark_read(id);
    };
    view! {
        <li class="mail" data-unread=move || unread.get().then_some("") data-tone=tone>
            <Icon name=icon />
            <div>
                <a href=href on:click=move |_| notices.follow(id, unread.get_untracked())>
                    {title}
                    <span class="sr">{move || if unread.get() { ", unread" } else { "" }}</span>
                </a>
                <p>{message}</p>
            </div>
            <div class="mail-end">
                <time datetime=at.to_string()>{at.clock_time(offset)}</time>
                <Show when=move || unread.get()>
                    <span class="tag-new" aria-hidden="true">
                        "New"
                    </span>
                </Show>
            </div>
            <Show when=move || unread.get()>
                <form
                    class="mail-read"
                    method="post"
                    action=ReadNotification::url()
                    on:submit=mark
                >
                    <input type="hidden" name="id" value=id.to_string() />
                    <button type="submit" class="btn btn-quiet">
                        "Mark read"
                    </button>
                </form>
            </Show>
        </li>
    }
}

#[component]
fn Empty(unread_only: bool) -> impl IntoView {
    let (why, label, href) = if unread_only {
        ("You have read everything.", "See all messages", "/inbox")
    } else {
        (
            "Nothing has happened yet. Once you hold a battery, its news arrive here.",
            "See stations",
            "/",
        )
    };
    view! {
        <div class="panel panel-body stack">
            <p>{why}</p>
            <div class="btns">
                <a class="btn" href=href>
                    {label}
                </a>
            </div>
        </div>
    }
}

/// What came in live and is not among the rows.
fn take_news(rows: RwSignal<Vec<NotificationOut>>) -> Signal<Vec<NotificationOut>> {
    let arrived = Notices::get().arrived();
    Signal::derive(move || {
        let rows = rows.read();
        let newest = rows.iter().map(|row| row.id).max();
        let arrived = arrived.read();
        let news = arrived
            .iter()
            .filter(|mail| newest.is_none_or(|newest| mail.id > newest));
        news.cloned().collect()
    })
}

fn address(unread_only: bool, cursor: Option<String>) -> String {
    let mut query = ParamsMap::new();
    if unread_only {
        query.insert("show", "unread".to_owned());
    }
    if let Some(cursor) = cursor {
        query.insert("cursor", cursor);
    }
    format!("/inbox{}", query.to_query_string())
}

fn by_day(rows: &[NotificationOut], offset: i32) -> Vec<(String, Vec<NotificationOut>)> {
    let day = |row: &NotificationOut| row.timestamp.calendar_day(offset);
    let days = rows.chunk_by(|left, right| day(left) == day(right));
    days.map(|mails| (day(&mails[0]), mails.to_vec())).collect()
}

fn ids(mails: &[NotificationOut]) -> Vec<i64> {
    mails.iter().map(|mail| mail.id.0).collect()
}

fn day_name(day: &str, now: Timestamp, offset: i32) -> String {
    let yesterday = now - std::time::Duration::from_hours(24);
    if day == now.calendar_day(offset) {
        format!("Today, {day}")
    } else if day == yesterday.calendar_day(offset) {
        format!("Yesterday, {day}")
    } else {
        day.to_owned()
    }
}
