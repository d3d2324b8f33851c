//! One session in a list.

use driftline_index::list::Line;
use maud::{Markup, html};

use crate::{
    Request,
    parts::{self, count_of, grouped, icon, time},
};

/// A session as a row: what it is called, where it ran, what it amounts to.
pub(super) fn row(request: &Request<'_>, line: &Line) -> Markup {
    let (path, name) = (format!("/s/{}", line.id), parts::line(line.name()));
    let form = |mark: &str| format!("id={}&mark={mark}", line.id);
    let (pin, pinned) = if line.pinned { ("unpin", "Unpin") } else { ("pin", "Pin") };
    let (archive, archived) =
        if line.archived { ("unarchive", "Take out of archive") } else { ("archive", "Archive") };
    let read = if line.is_unread { ("read", "Mark read") } else { ("unread", "Mark unread") };
    html! {
        li.row.session.row--unread[line.is_unread] data-row data-key=(line.id) data-link=(path) {
            input.pick type="checkbox" name="id" value=(line.id) form="marks"
                aria-label={ "Select " (name) };
            a.row-main href=(path) data-open {
                span.session-name dir="auto" {
                    @if line.is_unread { span.dot { span.vh { "Unread: " } } }
                    @if line.pinned { (icon("pin")) span.vh { "Pinned: " } }
                    (name)
                }
                span.session-facts {
                    @if let Some(workspace) = &line.workspace {
                        span dir="auto" { (parts::line(&workspace.name))
                            @if let Some(branch) = &line.branch { "@" (parts::line(branch)) } }
                    }
                    @if let Some(agent) = &line.agent { span { (parts::line(agent)) } }
                    @if let Some(model) = line.models.first() { span { (parts::line(model)) } }
                    @if let Some(fork) = &line.fork { span dir="auto" { (parts::line(&fork.words())) } }
                    @if line.archived { span { "archived" } }
                    @if let Some(status) = &line.status { span { (parts::line(status)) } }
                }
            }
            span.session-counts {
                @if line.is_unread && line.unread < line.messages {
                    span.count { (grouped(line.unread)) " new" }
                }
                @if line.comments > 0 { span { (count_of(line.comments, "comment", "comments")) } }
                @if line.agents > 0 { span { (count_of(line.agents, "sub-agent", "sub-agents")) } }
                span { (count_of(line.prompts, "prompt", "prompts")) }
                span { (count_of(line.messages, "message", "messages")) }
            }
            span.session-time { (time(request, line.last_at)) }
            span.row-actions {
                button.btn.btn--bare data-post="/sessions/mark" data-form=(form(read.0)) data-k="u"
                    { (read.1) }
                button.btn.btn--bare data-post="/sessions/mark" data-form=(form(pin)) data-k="s"
                    { (pinned) }
                button.btn.btn--bare data-post="/sessions/mark" data-form=(form(archive)) data-k="e"
                    { (archived) }
            }
        }
    }
}
