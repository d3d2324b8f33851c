//! Workspaces: which there are, and where each is on this device.

use std::cmp::Reverse;

use driftline_core::{SyncEntity as _, Value, store::Find, view};
use driftline_entities::{sessions::Session, workspaces::Workspace as Row};
use driftline_inspect::label::label;
use driftline_reading::workspaces::{self, Detail, Workspace};
use maud::{Markup, html};

use crate::{
    Fragment, Request, Result,
    entity::name_of,
    parts::{self, count_of, icon},
};

/// How many of a workspace's sessions are shown.
const SESSIONS: usize = 50;

pub(super) fn list(request: &Request<'_>) -> Result<Fragment> {
    let mut found = workspaces::list(request.replica)?;
    let all = request.query("archived") == Some("with");
    let archived = found.iter().filter(|it| it.archived).count() as u64;
    found.retain(|it| all || !it.archived);
    Ok(Fragment::new(
        "Workspaces",
        html! {
            div.head {
                h1 { "Workspaces" }
                a.btn href="/e/workspaces/new" data-k="c" { (icon("plus")) "New" }
            }
            @if archived > 0 {
                div.bar {
                    a.chip href=(request.with("archived", (!all).then_some("with")))
                        aria-pressed=[all.then_some("true")] {
                        (count_of(archived, "archived", "archived"))
                    }
                }
            }
            @if found.is_empty() {
                (parts::empty(
                    "No workspace is here yet. An import finds the folders that agents worked in.",
                    html! { button.btn.btn--main data-post="/import" { "Look for transcripts" } },
                ))
            } @else {
                ul.list { @for it in &found { (row(request, it)) } }
            }
        },
    )
    .live(&["workspaces", "sessions"]))
}

fn row(request: &Request<'_>, it: &Workspace) -> Markup {
    let path = format!("/workspaces/{}", it.id);
    html! {
        li.row data-row data-key=(it.id) {
            @if it.pinned { span.pin title="Pinned" { (icon("pin")) span.vh { "Pinned" } } }
            a.row-main href=(path) data-open {
                strong dir="auto" { (parts::line(&it.shown)) }
                @if it.archived { " " span.chip { "archived" } }
                div.muted.cut dir="auto" { (parts::line(it.path().unwrap_or_default())) }
            }
            span.num.muted { (count_of(it.sessions, "session", "sessions")) }
            @if let Some(at) = it.last_at.and_then(|it| i64::try_from(it).ok()) {
                span.muted.when { (parts::time(request, at)) }
            }
            (pin(it, true))
        }
    }
}

fn pin(it: &Workspace, bare: bool) -> Markup {
    let (action, name) = if it.pinned { ("unpin", "Unpin") } else { ("pin", "Pin") };
    html! {
        button.btn.btn--bare[bare] data-k="s" data-post={ "/workspaces/" (it.id) "/" (action) }
            aria-label=(name) title=(name) { (icon("pin")) @if !bare { (name) } }
    }
}

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    if let Some(page) = deleted(request)? {
        return Ok(page);
    }
    let Detail { workspace: it, folders } = workspaces::detail(request.replica, request.id("id")?)?;
    let path = format!("/workspaces/{}", it.id);
    let (away, away_name) = match it.archived {
        true => ("unarchive", "Take out again"),
        false => ("archive", "Archive"),
    };
    Ok(Fragment::new(
        parts::line(&it.shown),
        html! {
            p.crumb { a href="/workspaces" { "Workspaces" } }
            div.head {
                h1 dir="auto" { (parts::line(&it.shown)) }
                (pin(&it, false))
                button.btn data-k="e" data-post={ (path) "/" (away) } { (away_name) }
                a.btn href={ "/why/" (it.id) } data-k="w" { "Why" }
                button.btn.btn--danger data-k="#"
                    data-post={ "/e/" (Row::NAME) "/" (it.id) "/delete" } { "Delete" }
            }
            dl.facts {
                div { dt { (if it.paths.len() > 1 { "Paths" } else { "Path" }) } dd {
                    @for path in &it.paths { div { code { (parts::line(path)) } } }
                    @if it.paths.is_empty() { "none" }
                } }
                @if let Some(remote) = &it.git_remote {
                    div { dt { "Repository" } dd { code { (parts::line(remote)) } } }
                }
                @if !folders.is_empty() {
                    div { dt { "Sessions began in" } dd {
                        @for (folder, count) in folders.iter().take(10) {
                            div { code { (parts::line(folder)) } " " span.muted { (count) } }
                        }
                    } }
                }
            }
            (form(&it, &path))
            h2 { "Sessions" }
            (sessions(request, &it)?)
        },
    )
    .live(&["workspaces", "sessions"]))
}

/// The page of one that is deleted: what it was, and the way back.
fn deleted(request: &Request<'_>) -> Result<Option<Fragment>> {
    let (entity, id) = (request.replica.schema().entity(Row::NAME)?, request.id("id")?);
    let row = request.replica.read(|tx| view::view(tx, entity, id))?;
    let Some(row) = row.filter(|it| it.row.is_deleted()) else { return Ok(None) };
    let name = name_of(entity, &row);
    let page = html! {
        p.crumb { a href="/workspaces" { "Workspaces" } }
        div.head {
            h1 dir="auto" { (name) }
            button.btn.btn--main data-post={ "/e/" (Row::NAME) "/" (row.id) "/restore" } { "Restore" }
            a.btn href={ "/why/" (row.id) } data-k="w" { "Why" }
        }
        p.box { "This workspace is deleted. It is hidden on every device." }
    };
    Ok(Some(Fragment::new(name, page).live(&["workspaces"])))
}

fn form(it: &Workspace, path: &str) -> Markup {
    html! {
        form.form data-post=(path) {
            div.field {
                label for="name" { "Name" }
                input #name name="name" data-k="i" value=(it.name.as_deref().unwrap_or_default())
                    placeholder=(it.shown) autocomplete="off";
                p.hint { "On every device. Without one, the last part of the path is shown." }
                p.field-error data-error="name" hidden {}
            }
            div.field {
                label for="here" { "Where it is on this device" }
                input #here name="here" value=(it.here.first().map_or("", String::as_str))
                    placeholder=(it.paths.first().map_or("", String::as_str)) autocomplete="off";
                p.hint { "Stays on this device. Fill it in where the folder is elsewhere than above: \
                    commands that resume a session go there." }
                p.field-error data-error="here" hidden {}
            }
            button.btn.btn--main { "Save" }
        }
    }
}

fn sessions(request: &Request<'_>, it: &Workspace) -> Result<Markup> {
    let mut rows = Vec::new();
    for row in &it.rows {
        let find = Find::new().refers("workspace", *row).descending("started_at").limit(SESSIONS);
        rows.extend(request.replica.list_values(Session::NAME, &find)?);
    }
    rows.sort_by_key(|it| Reverse(it.value("started_at").and_then(Value::as_i64)));
    rows.truncate(SESSIONS);
    let entity = request.replica.schema().entity(Session::NAME)?;
    Ok(html! {
        @if rows.is_empty() {
            (parts::empty("No session was started here.", html! {}))
        } @else {
            ul.list {
                @for row in &rows {
                    li.row data-row data-key=(row.id) {
                        a.row-main.cut href={ "/s/" (row.id) } data-open dir="auto" {
                            (label(entity, row).unwrap_or_else(|| row.id.to_string()))
                        }
                        @if let Some(source) = row.value("source").and_then(Value::as_str) {
                            span.chip { (parts::line(source)) }
                        }
                        @if let Some(at) = row.value("started_at").and_then(Value::as_i64) {
                            span.muted.when { (parts::time(request, at)) }
                        }
                    }
                }
            }
            @if it.sessions > SESSIONS as u64 {
                p { a href={ "/sessions?q=workspace:" (it.id) } {
                    "All " (count_of(it.sessions, "session", "sessions")) } }
            }
        }
    })
}
