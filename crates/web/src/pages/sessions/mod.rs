//! The list of sessions: what is active last comes first, by day, pinned ones on top.

mod filter;
mod row;

use driftline_index::{
    Error as IndexError,
    list::{Line, Listed, Options, Order},
};
use maud::{Markup, html};

use crate::{
    Fragment, Request, Result,
    parts::{self, count_of, day, grouped, misread},
};

/// How many sessions a page has.
const PAGE: usize = 50;

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let order = request.query("sort").and_then(Order::named).unwrap_or_default();
    let offset = request.query("from").and_then(|it| it.parse().ok()).unwrap_or(0);
    let options = Options { order, offset, limit: PAGE, ..Options::at(request.now) };
    let listed = filter::query(request)
        .map_err(IndexError::from)
        .and_then(|query| request.reading.index().and_then(|it| it.sessions(&query, &options)));
    let (listed, wrong) = match listed {
        Ok(listed) => (listed, None),
        Err(IndexError::Misread(wrong)) => (Listed::default(), Some(wrong)),
        Err(error) => return Err(error.into()),
    };
    let is_new = listed.all == 0 && wrong.is_none() && !filter::narrows(request);
    Ok(Fragment::new(
        "Sessions",
        html! {
            h1 { "Sessions" }
            @if offset == 0 {
                @for agent in &request.profile.importing().unread { p.muted { (agent) "." } }
            }
            @if is_new {
                (nothing_yet(request))
            } @else {
                @let count = if wrong.is_none() { counted(&listed) } else { String::new() };
                (filter::form(request, order, &count)?)
                @if let Some(wrong) = &wrong { (misread(wrong)) }
                (parts::catching_up(listed.lag))
                @if wrong.is_none() && listed.lines.is_empty() {
                    (parts::empty("No session matches.", html! {
                        a.btn href="/sessions" { "Show all sessions" }
                    }))
                }
                (bulk())
                @for (name, lines) in groups(request, &listed.lines, order) {
                    section.day {
                        @if let Some(name) = name { h2 { (name) } }
                        ul.list {
                            @for line in lines { (row::row(request, line)) }
                        }
                    }
                }
                (parts::pager(request, offset, listed.lines.len(), listed.total))
            }
        },
    )
    .live(&["*", "@index"])
    .wide())
}

fn counted(listed: &Listed) -> String {
    match listed.total == listed.all {
        true => count_of(listed.total, "session", "sessions"),
        false => {
            format!("{} of {}", grouped(listed.total), count_of(listed.all, "session", "sessions"))
        }
    }
}

fn nothing_yet(request: &Request<'_>) -> Markup {
    let importing = request.profile.importing();
    if importing.running {
        return parts::empty("The first sessions will be here in a moment.", html! {});
    }
    parts::empty(
        "No sessions yet. Everything stays on this machine.",
        html! {
            @if importing.places.is_empty() {
                p { "No folder of an agent was found." }
            } @else {
                p { "Transcripts are looked for of " (driftline_client::import::agents().join(", ")) "." }
            }
            button.btn.btn--main data-post="/import" { "Look for transcripts" }
            " "
            button.btn data-post="/demo" { "Show me with made-up data" }
        },
    )
}

/// What can be done with all that are selected.
fn bulk() -> Markup {
    html! {
        form #marks.bulk data-post="/sessions/mark" data-clear aria-label="Selected sessions" {
            span { "Selected:" }
            @for (mark, name) in [
                ("read", "Mark read"), ("unread", "Mark unread"), ("pin", "Pin"),
                ("unpin", "Unpin"), ("archive", "Archive"), ("unarchive", "Take out of archive"),
                ("delete", "Delete"),
            ] {
                button.btn type="submit" name="mark" value=(mark) { (name) }
            }
        }
    }
}

/// Sessions that follow each other and belong together: the pinned ones, then by day.
fn groups<'a>(
    request: &Request<'_>,
    lines: &'a [Line],
    order: Order,
) -> Vec<(Option<String>, Vec<&'a Line>)> {
    let mut groups: Vec<(Option<String>, Vec<&Line>)> = Vec::new();
    for line in lines {
        let name = match order {
            _ if line.pinned => Some("Pinned".to_owned()),
            Order::Newest | Order::Oldest => Some(day(request, line.last_at)),
            Order::Messages | Order::Title => None,
        };
        match groups.last_mut() {
            Some((last, lines)) if *last == name => lines.push(line),
            _ => groups.push((name, vec![line])),
        }
    }
    groups
}
