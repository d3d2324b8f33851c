//! What a list is narrowed by: all of it is in the address.

use driftline_index::{
    list::Order,
    query::{Clock, Misread, Query},
};
use maud::{Markup, html};

use crate::{Request, Result, parts};

/// States that are a press away, with what they are called.
const STATES: [(&str, &str); 3] =
    [("is:unread", "Unread"), ("is:pinned", "Pinned"), ("is:archived", "Archived")];

/// What the address asks for.
pub(super) fn query(request: &Request<'_>) -> std::result::Result<Query, Misread> {
    let mut typed = request.query("q").unwrap_or_default().to_owned();
    for (name, key) in [("workspace", "workspace"), ("agent", "agent"), ("model", "model")] {
        if let Some(value) = request.query(name) {
            typed.push_str(&format!(" {key}:\"{}\"", value.replace('"', " ")));
        }
    }
    Query::parse(&typed, &Clock { now: request.now, zone: request.zone.clone() })
}

/// Whether the address asks for less than everything.
pub(super) fn narrows(request: &Request<'_>) -> bool {
    ["q", "workspace", "agent", "model"].into_iter().any(|it| request.query(it).is_some())
}

/// The form that writes the address, and how many sessions it leaves.
pub(super) fn form(request: &Request<'_>, order: Order, count: &str) -> Result<Markup> {
    let typed = request.query("q").unwrap_or_default();
    let choices = request.reading.index()?.session_choices()?;
    let select = |name: &'static str, label: &'static str, values: &[String]| {
        let chosen = request.query(name);
        html! {
            @if values.len() > 1 || chosen.is_some() {
                label { span.vh { (label) }
                    select name=(name) {
                        option value="" { "Any " (label.to_lowercase()) }
                        @for value in values {
                            option value=(value) selected[chosen == Some(value)] { (parts::line(value)) }
                        }
                    }
                }
            }
        }
    };
    Ok(html! {
        form.filter action="/sessions" method="get" role="search" data-typing {
            label.filter-words { span.vh { "Filter sessions" }
                input type="search" name="q" value=(typed) autocomplete="off" spellcheck="false"
                    placeholder="Filter: words, is:unread, after:7d, model:…";
            }
            (select("workspace", "Workspace", &choices.workspaces))
            (select("agent", "Agent", &choices.agents))
            (select("model", "Model", &choices.models))
            label { span.vh { "Sort" }
                select name="sort" {
                    @for (it, name) in [
                        (Order::Newest, "Newest first"), (Order::Oldest, "Oldest first"),
                        (Order::Messages, "Longest first"), (Order::Title, "By name"),
                    ] {
                        option value=(if it == Order::Newest { "" } else { it.name() })
                            selected[it == order] { (name) }
                    }
                }
            }
        }
        div.bar role="group" aria-label="States" {
            @for (term, name) in STATES {
                @let on = typed.split_whitespace().any(|it| it == term);
                a.chip href=(turned(request, typed, term, on)) aria-current=[on.then_some("true")] {
                    (name)
                }
            }
            span.muted.filter-count role="status" { (count) }
        }
    })
}

/// The address with a state asked for, or not any more.
fn turned(request: &Request<'_>, typed: &str, term: &str, on: bool) -> String {
    let others = typed.split_whitespace().filter(|it| *it != term);
    let words: Vec<&str> = others.chain((!on).then_some(term)).collect();
    let words = words.join(" ");
    request.with("q", (!words.is_empty()).then_some(words.as_str()))
}
