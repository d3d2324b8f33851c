//! What a session is, and what can be done with it.

use driftline_conversation::Conversation;
use driftline_core::Id;
use driftline_entities::{sessions::Session, workspaces::Workspace};
use driftline_index::list::Beside;
use driftline_text as text;
use maud::{Markup, html};

use crate::{
    Request, Result,
    parts::{Room, count_of, day_and_time, grouped, icon, line},
    resume::command,
};

pub(super) fn title(session: &Session) -> String {
    let name = line(session.name.as_deref().unwrap_or_default());
    if name.is_empty() { "Session without a name".into() } else { name }
}

pub(super) fn head(
    request: &Request<'_>,
    id: Id,
    session: &Session,
    title: &str,
    conversation: &Conversation,
    strand: usize,
) -> Result<Markup> {
    let path = format!("/s/{id}");
    let is_main = strand == 0;
    Ok(html! {
        (crumb(request, id, session, title, is_main)?)
        (neighbours(request, id)?)
        div.head.session-head {
            @if is_main {
                h1 dir="auto" { (title) }
            } @else {
                h1 { "Sub-agent " (line(conversation.agent(strand).unwrap_or_default())) }
            }
            div.bar {
                button.btn data-post={ (path) "/pin" } data-k="s"
                    aria-pressed=(session.pinned)
                    data-form=(if session.pinned { "on=" } else { "on=1" }) {
                    (icon("pin")) @if session.pinned { "Pinned" } @else { "Pin" }
                }
                button.btn type="button" data-find={ (path) "/find" } data-k="f" { "Find" }
                @if command(request, session, None).is_some() {
                    button.btn data-post={ (path) "/resume" } data-k="r" { "Copy resume command" }
                }
                details.more.actions {
                    summary.btn { "More" }
                    div {
                        button.btn.btn--bare data-post={ (path) "/copy" } { "Copy as markdown" }
                        a.btn.btn--bare href="#" data-download={ (path) "/export.md" } { "Export markdown" }
                        a.btn.btn--bare href="#" data-download={ (path) "/export.json" } { "Export JSON" }
                        a.btn.btn--bare href={ "/why/" (id) } data-k="w" { "Why: where it stands" }
                        button.btn.btn--bare data-post={ (path) "/archive" } data-k="e"
                            data-form=(if session.archived { "on=" } else { "on=1" }) {
                            @if session.archived { "Take out of the archive" } @else { "Archive" }
                        }
                        button.btn.btn--bare.btn--danger data-post={ (path) "/delete" } data-k="#" {
                            "Delete"
                        }
                        a.btn.btn--bare.btn--danger href={ "/purge/sessions/" (id) } {
                            "Purge for good…"
                        }
                    }
                }
            }
            @if is_main { (rename(&path, session)) }
        }
        (facts(request, id, session, conversation)?)
        @if session.archived { p.hint { "Archived: it is left out of lists." } }
    })
}

fn crumb(
    request: &Request<'_>,
    id: Id,
    session: &Session,
    title: &str,
    is_main: bool,
) -> Result<Markup> {
    let workspace = match session.workspace {
        Some(it) => request.replica.get::<Workspace>(it)?,
        None => None,
    };
    Ok(html! {
        p.crumb {
            a href="/sessions" { "Sessions" }
            @if let Some(it) = workspace {
                @let name = it.value.name.or(it.value.path).unwrap_or_default();
                " › " a href={ "/workspaces/" (it.id) } dir="auto" { (last_part(&line(&name))) }
            }
            @if !is_main { " › " a href={ "/s/" (id) } dir="auto" { (title) } }
        }
    })
}

/// The ways to the sessions above and below it in the list, for the keyboard.
fn neighbours(request: &Request<'_>, id: Id) -> Result<Markup> {
    let beside = match request.reading.index().and_then(|it| it.beside(id)) {
        Ok(beside) => beside,
        Err(driftline_index::Error::NoIndex) => Beside::default(),
        Err(error) => return Err(error.into()),
    };
    let ways = [("[", "Previous session", beside.above), ("]", "Next session", beside.below)];
    Ok(html! {
        @for (key, name, to) in ways {
            @if let Some(to) = to {
                a.vh href={ "/s/" (to) } data-k=(key) tabindex="-1" { (name) }
            }
        }
    })
}

/// The last part of a path.
fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).find(|it| !it.is_empty()).unwrap_or(path)
}

fn rename(path: &str, session: &Session) -> Markup {
    html! {
        details.rename data-focus {
            summary.btn.btn--bare data-k="i" { "Rename" }
            form data-post={ (path) "/rename" } {
                div.field {
                    label { span.vh { "Name" }
                        input name="name" maxlength="300" required
                            value=(line(session.name.as_deref().unwrap_or_default())); }
                    p.field-error data-error="name" hidden {}
                }
                button.btn.btn--main type="submit" { "Rename" }
            }
        }
    }
}

fn facts(
    request: &Request<'_>,
    id: Id,
    session: &Session,
    conversation: &Conversation,
) -> Result<Markup> {
    let (fork, copies) = match request.reading.index() {
        Ok(index) => (index.fork(id)?, index.copies(id)?),
        Err(driftline_index::Error::NoIndex) => Default::default(),
        Err(error) => return Err(error.into()),
    };
    let facts = conversation.facts_without(&copies);
    let count = |number: usize, one: &str, many: &str| {
        (number > 0).then(|| count_of(number as u64, one, many))
    };
    let length = facts.first.zip(facts.last).and_then(|(first, last)| {
        u64::try_from(last.0.checked_sub(first.0)?).ok().filter(|it| *it >= 1000).map(text::length)
    });
    let parts = [
        session.source.as_deref().map(line),
        session.model.as_deref().map(line),
        length,
        count(facts.prompts, "prompt", "prompts"),
        count(facts.messages, "message", "messages"),
        count(facts.tools, "call", "calls"),
        (facts.failed > 0).then(|| format!("{} failed", grouped(facts.failed as u64))),
        count(facts.agents, "sub-agent", "sub-agents"),
        (facts.written > 0).then(|| format!("{} tokens written", tokens(facts.written))),
    ];
    let folder = session.cwd.as_deref().map(line);
    let branch = session.git_branch.as_deref().map(line);
    Ok(html! {
        p.facts-line {
            @for it in parts.iter().flatten() { span { (it) } }
            @if let Some(at) = facts.first { span { "began " (day_and_time(request, at.0)) } }
        }
        @if let Some(fork) = &fork {
            p.facts-line { a href={ "/s/" (fork.of) } dir="auto" { (line(&fork.words())) } }
        }
        @if let Some(folder) = folder {
            p.facts-line.mono { span dir="auto" { (folder) }
                @if let Some(branch) = branch.filter(|it| !it.is_empty()) {
                    span dir="auto" { "on " (branch) } } }
        }
        @if let Some(note) = session.note.as_deref().filter(|it| !it.trim().is_empty()) {
            div.box dir="auto" {
                (Room::default().put(note, &format!("/e/sessions/{id}/note"), |it| html! {
                    p { (text::safe(it)) }
                }))
            }
        }
    })
}

/// A number of tokens in three digits.
fn tokens(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}k", count / 1_000),
        _ => format!("{}.{}M", count / 1_000_000, count / 100_000 % 10),
    }
}
