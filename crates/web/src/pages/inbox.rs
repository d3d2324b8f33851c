//! The inbox: a list, and beside it what was opened.

use driftline_core::SyncEntity as _;
use driftline_entities::inbox::InboxItem;
use driftline_reading::inbox::{self, Item, Lead, Part};
use driftline_text as text;
use maud::{Markup, html};

use crate::{
    Fragment, Request, Result,
    parts::{self, Room, count_of, icon},
};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let part = request.query("part").and_then(Part::named).unwrap_or_default();
    let outside = request.host.outside()?;
    let items = inbox::list(request.replica, &outside, part)?;
    let at = request.query("at").and_then(|it| it.parse().ok());
    let opened = items.iter().find(|it| Some(it.id) == at);
    let unread = items.iter().filter(|it| it.unread && it.is_open()).count();
    Ok(Fragment::new(
        "Inbox",
        html! {
            div.head {
                h1 { "Inbox" }
                @if unread > 0 {
                    button.btn data-post="/inbox/read-all" { "Mark all as read" }
                }
            }
            (tabs(request, part))
            (note())
            @if items.is_empty() { (nothing(part)) } @else {
                div.split {
                    ul.list aria-label="Items" {
                        @for it in &items { (row(request, it, Some(it.id) == at)) }
                    }
                    aside.preview aria-label="What was opened" {
                        @match opened {
                            Some(it) => { (preview(request, it)) }
                            None => { p.muted { (count_of(items.len() as u64, "item", "items"))
                                ". Open one to read it." } }
                        }
                    }
                }
            }
        },
    )
    .live(&["*", "@status"])
    .wide())
}

fn tabs(request: &Request<'_>, part: Part) -> Markup {
    html! {
        nav.bar aria-label="Parts of the inbox" {
            @for it in Part::ALL {
                a.chip href=(request.with("part", (it != Part::Open).then(|| it.name())))
                    aria-current=[(it == part).then_some("page")] { (parts::label(it.name())) }
            }
        }
    }
}

fn nothing(part: Part) -> Markup {
    match part {
        Part::Open => parts::empty(
            "Nothing needs you. Comments from other devices, values that gave way, rows that were \
             refused or are held, and transcripts that are about to be deleted appear here by themselves.",
            html! {},
        ),
        Part::Done => parts::empty("Nothing was put away.", html! {}),
        Part::All => parts::empty("Nothing is or was in the inbox.", html! {}),
    }
}

fn row(request: &Request<'_>, it: &Item, current: bool) -> Markup {
    let path = format!("/inbox/{}", it.id);
    let part = request.query("part").unwrap_or_default();
    html! {
        li.row.row--unread[it.unread] data-row data-key=(it.id) aria-current=[current.then_some("true")] {
            button.dot data-k="u" data-post={ (path) "/" (if it.unread { "read" } else { "unread" }) }
                aria-label={ @if it.unread { "Unread: mark as read" } @else { "Mark as unread" } }
                data-unread=[it.unread.then_some("")] {}
            button.row-main.plain data-open data-post={ (path) "/open" }
                data-form={ "part=" (part) } {
                span.kind { (parts::label(&parts::line(&it.kind))) }
                span.cut dir="auto" { (parts::line(&it.title)) }
            }
            @if let Some(at) = it.at.and_then(|it| i64::try_from(it).ok()) {
                span.muted.when { (parts::time(request, at)) }
            }
            @if it.archived {
                button.btn.btn--bare data-k="e" data-post={ (path) "/unarchive" } { "Take out" }
            } @else {
                button.btn.btn--bare data-k="e" data-post={ (path) "/archive" }
                    aria-label="Done" title="Done" { (icon("check")) }
            }
        }
    }
}

fn preview(request: &Request<'_>, it: &Item) -> Markup {
    let path = format!("/inbox/{}", it.id);
    html! {
        p.muted { (parts::label(&parts::line(&it.kind)))
            @if let Some(at) = it.at.and_then(|it| i64::try_from(it).ok()) {
                " · " (parts::day_and_time(request, at))
            }
        }
        h2 dir="auto" { (parts::line(&it.title)) }
        @if let Some(body) = &it.body {
            @let whole = format!("/e/{}/{}/body", InboxItem::NAME, it.id);
            (Room::default().put(body, &whole, |it| html! {
                p.text dir="auto" { (text::safe(it)) }
            }))
        }
        @if !it.noticed && it.about.is_some() {
            p.muted { "It is over, or another device noticed it." }
        }
        div.bar {
            (lead(it))
            @if it.archived {
                button.btn data-post={ (path) "/unarchive" } { "Take out again" }
            } @else {
                button.btn data-k="e" data-post={ (path) "/archive" } { "Done" }
            }
            @if !it.unread {
                button.btn data-k="u" data-post={ (path) "/unread" } { "Keep as unread" }
            }
            button.btn.btn--danger data-k="#" data-post={ "/e/" (InboxItem::NAME) "/" (it.id) "/delete" } {
                "Delete"
            }
        }
    }
}

/// The way to where somebody can do something about it.
fn lead(it: &Item) -> Markup {
    match &it.leads_to {
        Lead::Nowhere => html! {},
        Lead::Session(session, message) => {
            let at = message.map(|it| format!("?at={it}")).unwrap_or_default();
            html! { a.btn.btn--main href={ "/s/" (session) (at) } data-k="m" { "Open there" } }
        }
        Lead::Why(_, id) => {
            html! { a.btn.btn--main href={ "/why/" (id) } data-k="w" { "Why" } }
        }
        Lead::Held => html! { a.btn.btn--main href="/sync#held" { "Decide" } },
        Lead::Conflicts => html! { a.btn.btn--main href="/conflicts" { "Compare both sides" } },
        Lead::Import => html! {
            button.btn.btn--main data-post="/import" { "Import now" }
            a.btn href="/settings" { "Where transcripts are looked for" }
        },
    }
}

fn note() -> Markup {
    html! {
        details #note.note {
            summary data-k="c" { "Add a note" }
            form.form data-post="/inbox" data-clear {
                div.field {
                    label for="note-title" { "What it is about" }
                    input #note-title name="title" required maxlength="300" autocomplete="off";
                    p.field-error data-error="title" hidden {}
                }
                div.field {
                    label for="note-body" { "The whole of it" }
                    textarea #note-body name="body" rows="3" {}
                }
                button.btn.btn--main { "Add" }
            }
        }
    }
}
