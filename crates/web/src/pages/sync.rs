//! Where this device stands with the others: a sentence, and a list behind every number
//! in it.

use driftline_core::{
    EntityDescriptor, Id, Millis, Progress, Replica, device,
    status::{State, Status},
    store::{Find, QueueId, QueueList, Queued},
};
use driftline_text::ago;
use maud::{Markup, html};

use super::held;
use crate::{
    Fragment, Request, Result,
    entity::name_of,
    parts::{self, count_of, doc, grouped, label, sentence, shape},
    standing::State as Standing,
};

/// How many queue entries are looked at one by one.
const LISTED: usize = 200;

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let Standing { status, paused, .. } = request.state()?;
    let main = html! {
        h1 { "Sync" }
        p.state data-state=(status.state.word()) {
            (shape(status.state)) span { (sentence(&status, request.now)) }
        }
        @if let Some(error) = &status.error {
            ul { @for hint in request.host.hints(error) { li { (hint) } } }
        }
        @if status.state == State::Local {
            (alone())
        } @else {
            (under_way(request.replica))
            div.bar {
                button.btn.btn--main data-post="/sync" { "Sync now" }
                @if paused {
                    button.btn data-post="/sync/resume" { "Go on" }
                } @else {
                    button.btn data-post="/sync/pause" { "Pause" }
                }
            }
            @if paused {
                p.box { "Paused. What you write waits here until you go on, also when this \
                    program was started again." }
            }
            (facts(request, &status)?)
            (parked(request, &status)?)
            (held::section(request)?)
        }
        (tables(request, &status)?)
    };
    Ok(Fragment::new("Sync", main).live(&["@status", "*"]))
}

/// What syncing would be, for who has not set it up. No nagging.
fn alone() -> Markup {
    html! {
        p { "All of it works without. To have the same rows on several devices, connect a remote of "
            "yours; changes made offline wait here, and nothing is sent before you agreed to it." }
        div.bar { a.btn.btn--main href="/connect" { "Connect" } }
    }
}

fn under_way(replica: &Replica) -> Markup {
    let Some(Progress { received, at, head, sent, waiting }) =
        *replica.subscribe_to_status().borrow()
    else {
        return html! {};
    };
    let (done, all) = (at.saturating_add(sent), head.saturating_add(sent + waiting));
    html! {
        div.box {
            p { "Received " (grouped(received)) ", sent " (grouped(sent)) ", "
                (grouped(waiting)) " left to send." }
            progress max=(all.max(1)) value=(done) aria-label="Sync" {}
        }
    }
}

fn facts(request: &Request<'_>, status: &Status) -> Result<Markup> {
    let code = request.profile.code()?;
    let link = request.replica.read(|tx| device::link(tx))?;
    Ok(html! {
        dl.facts {
            div { dt { "Remote" } dd { (status.remote.as_deref().unwrap_or_default()) } }
            @if let Some(identity) = &link.identity {
                div { dt { "Whose rows" } dd { (identity.person) } }
            }
            div { dt { "Last contact" } dd {
                @match status.last_contact_at {
                    Some(at) => { (ago(at, request.now)) ", "
                        (parts::day_and_time(request, signed(at))) }
                    None => "none yet",
                }
            } }
            div { dt { "Waiting" } dd { (count_of(status.waiting, "row", "rows")) } }
            div { dt { "Refused" } dd { (count_of(status.parked, "row", "rows")) } }
            @if status.held > 0 {
                div { dt { "Held" } dd { (count_of(status.held, "row", "rows")) } }
            }
            @if let Some(code) = code {
                div { dt { "Comparison code" } dd {
                    code { (code) } " " span.muted { "the same on devices that hold the same" }
                } }
            }
        }
    })
}

fn parked(request: &Request<'_>, status: &Status) -> Result<Markup> {
    if status.parked == 0 {
        return Ok(html! {});
    }
    let rows =
        request.replica.read(|tx| tx.queue(QueueList::Parked, QueueId::default(), LISTED))?;
    Ok(html! {
        h2 { "Refused" }
        p { "Each of these rows is kept here and is not sent until it changes or you send it "
            "again. Nothing was overwritten." }
        ul.list {
            @for row in &rows { (refused(request, row)) }
        }
        @if status.parked > rows.len() as u64 {
            p.muted { "and " (grouped(status.parked - rows.len() as u64)) " more" }
        }
        div.bar { button.btn data-post="/sync/retry" { "Send them again" } }
    })
}

fn refused(request: &Request<'_>, row: &Queued) -> Markup {
    let entity = request.replica.schema().get(&row.entity);
    let why = row.parked().or(row.last_error.as_deref()).unwrap_or("refused");
    html! {
        li.row data-row data-key=(row.id) {
            div.row-main {
                @match entity {
                    Some(it) => {
                        a data-open data-k="w" href={ "/why/" (row.id) } dir="auto" {
                            (name(request, it, row.id))
                        }
                        " " span.chip { (label(it.name)) }
                    },
                    None => code { (row.entity) " " (row.id) },
                }
                div.hint { (why) }
            }
        }
    }
}

/// What people call a row.
fn name(request: &Request<'_>, entity: &EntityDescriptor, id: Id) -> String {
    let row = request.replica.get_values(entity.name, id).ok().flatten();
    row.map_or_else(|| id.to_string(), |it| name_of(entity, &it))
}

/// What is here of each entity, and whether the other side holds the same.
fn tables(request: &Request<'_>, status: &Status) -> Result<Markup> {
    let replica = request.replica;
    let link = replica.read(|tx| device::link(tx))?;
    let differ = link.compared.map(|it| it.differ);
    let some = status.waiting + status.parked <= LISTED as u64;
    let queue = if some { queue(replica)? } else { Vec::new() };
    let mut rows = Vec::new();
    for entity in replica.schema().entities() {
        let here = replica.count(entity.name, &Find::new())?;
        let waits = queue.iter().filter(|it| it.entity == entity.name).count() as u64;
        rows.push((entity, here, waits));
    }
    let remote = status.state != State::Local;
    Ok(html! {
        h2 { "What is here" }
        div.scroll tabindex="0" role="region" aria-label="What is here" {
            table.table {
                thead { tr {
                    th scope="col" { "Rows" }
                    th.num scope="col" { "Here" }
                    @if remote && some { th.num scope="col" { "Waiting" } }
                    @if remote { th scope="col" { "Last compared" } }
                } }
                tbody {
                    @for (entity, here, waits) in &rows {
                        tr {
                            th scope="row" { a href={ "/e/" (entity.name) } { (label(entity.name)) }
                                " " span.muted { (doc(entity.doc)) } }
                            td.num { (grouped(*here)) }
                            @if remote && some { td.num { (grouped(*waits)) } }
                            @if remote {
                                td { (compared(differ.as_deref(), entity.name)) }
                            }
                        }
                    }
                }
            }
        }
    })
}

fn compared(differ: Option<&[String]>, entity: &str) -> &'static str {
    match differ {
        None => "not yet",
        Some(differ) if differ.iter().any(|it| it == entity) => "differed",
        Some(_) => "equal",
    }
}

fn queue(replica: &Replica) -> Result<Vec<Queued>> {
    Ok(replica.read(|tx| {
        let mut all = tx.queue(QueueList::Waiting, QueueId::default(), LISTED)?;
        all.extend(tx.queue(QueueList::Parked, QueueId::default(), LISTED)?);
        Ok(all)
    })?)
}

fn signed(at: Millis) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}
