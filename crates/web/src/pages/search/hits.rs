//! Hits of one session, each with the words around it.

use driftline_conversation::asker;
use driftline_core::SyncEntity;
use driftline_entities::{comments::Comment, sessions::Session};
use driftline_index::search::{Group, Hit, Snippet};
use driftline_text as text;
use maud::{Markup, html};

use crate::{
    Request,
    parts::{self, count_of, label, time},
};

/// The hits of a session, or a row that belongs to none.
pub(super) fn group(request: &Request<'_>, group: &Group) -> Markup {
    let more = group.total.saturating_sub(group.hits.len());
    html! {
        section.hits {
            @if let Some(line) = &group.session {
                h2 dir="auto" { a href={ "/s/" (line.id) } { (parts::line(line.name())) }
                    span.session-facts {
                        @if let Some(workspace) = &line.workspace { span { (parts::line(&workspace.name)) } }
                        @if let Some(agent) = &line.agent { span { (parts::line(agent)) } }
                        span { (count_of(group.total as u64, "hit", "hits")) }
                    }
                }
            }
            ol.list {
                @for it in &group.hits { (hit(request, group, it)) }
            }
            @if let (Some(line), true) = (&group.session, more > 0) {
                p { a href=(request.with("session", Some(&line.id.to_string()))) {
                    (count_of(more as u64, "more hit", "more hits")) " in this session"
                } }
            }
        }
    }
}

fn hit(request: &Request<'_>, group: &Group, hit: &Hit) -> Markup {
    let path = address(group, hit);
    html! {
        li.row.hit data-row data-key=(hit.id) data-link=(path) {
            a.row-main href=(path) data-open {
                span.hit-facts {
                    @if hit.time > 0 { (time(request, hit.time)) " " }
                    span { (who(hit)) }
                    @if let Some(agent) = &hit.agent { span { "sub-agent " (parts::line(agent)) } }
                }
                span.hit-text dir="auto" { (snippet(&hit.snippet)) }
            }
        }
    }
}

/// Where a hit can be read.
fn address(group: &Group, hit: &Hit) -> String {
    match (&group.session, hit.message, hit.entity.as_str()) {
        (Some(line), Some(message), _) => format!("/s/{}?at={message}", line.id),
        (Some(line), None, Session::NAME | Comment::NAME) => format!("/s/{}", line.id),
        (_, _, entity) => format!("/e/{entity}/{}", hit.id),
    }
}

/// Who says it, or what else it is.
pub(in crate::pages) fn who(hit: &Hit) -> String {
    match (hit.tools.as_slice(), hit.role.as_deref()) {
        ([tool, ..], _) => parts::line(tool),
        ([], Some("user")) => asker(usize::from(hit.agent.is_some())).into(),
        ([], Some("assistant")) => "Agent".into(),
        ([], Some("tool")) => "Tool output".into(),
        ([], Some(role)) => label(&parts::line(role)),
        ([], None) => label(hit.scope.name()),
    }
}

/// The words around a hit.
pub(in crate::pages) fn snippet(snippet: &Snippet) -> Markup {
    html! {
        @if snippet.cut_before { "…" }
        @for part in &snippet.parts {
            @let said = text::safe(&part.text);
            @if part.hit { mark { (said) } } @else { (said) }
        }
        @if snippet.cut_after { "…" }
    }
}
