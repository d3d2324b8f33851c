//! Why a row is as it is, and where: the words of the command of the same name.

use driftline_core::Id;
use driftline_inspect::{
    conflicts, ids,
    trail::{self, Remedy, Step, Trail, Written},
};
use maud::{Markup, html};

use super::conflicts::entry;
use crate::{
    Fragment, Request, Result,
    parts::{self, label},
    screens::address_of,
};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let (entity, id) = ids::find(request.replica, request.part("id"))?;
    let status = request.state()?.status;
    let trail = trail::read(request.replica, &entity, id, status.remote.as_deref())?;
    let lost = conflicts::of_row(request.replica, &entity, id)?;
    let name = trail.label.clone().unwrap_or_else(|| trail.id.to_string());
    Ok(Fragment::new(
        format!("Why: {name}"),
        html! {
            p.crumb { a href={ "/e/" (trail.entity) } { (label(&trail.entity)) } }
            div.head {
                h1 dir="auto" { (name) }
                a.btn href=(address(request, &trail.entity, trail.id)) data-k="o" { "Open" }
            }
            div.box.box--warn[trail.steps.iter().any(|it| it.stuck)] {
                p { span.chip { (trail.standing.word()) } }
                @for it in &trail.now { p dir="auto" { (it) } }
                (remedies(&trail))
            }
            h2 { "What happened" }
            ol.steps { @for it in &trail.steps { (step(request, it)) } }
            h2 { "Who wrote what" }
            (fields(request, &trail.fields))
            @if !lost.is_empty() {
                h2 { "What it was before" }
                ul.list { @for it in &lost { (entry(request, it)) } }
            }
            p.muted { "Id " code { (trail.id) } }
        },
    )
    .live(&["*", "@status"]))
}

/// Where the row itself is shown; rows that only a newer program knows have no page.
fn address(request: &Request<'_>, entity: &str, id: Id) -> String {
    match request.replica.schema().get(entity) {
        Some(entity) => address_of(entity, id),
        None => format!("/why/{id}"),
    }
}

fn remedies(trail: &Trail) -> Markup {
    let restore = |entity: &str, id| format!("/e/{entity}/{id}/restore");
    if trail.remedies.is_empty() {
        return html! {};
    }
    html! {
        div.bar {
            @for it in &trail.remedies {
                @match it {
                    Remedy::LetGo => { a.btn href="/settings" { "Settings" } }
                    Remedy::Decide => { a.btn.btn--main href="/sync#held" { "Decide" } }
                    Remedy::Retry => {
                        button.btn.btn--main data-post="/sync/retry" { "Send it again" }
                    }
                    Remedy::Sync => { button.btn data-post="/sync" { "Sync now" } }
                    Remedy::Restore => {
                        button.btn.btn--main data-post=(restore(&trail.entity, trail.id)) { "Restore" }
                    }
                    Remedy::RestoreOwner => {
                        @if let Some((entity, id)) = &trail.hidden_by {
                            button.btn.btn--main data-post=(restore(entity, *id)) {
                                "Restore what it belongs to"
                            }
                        }
                    }
                }
            }
        }
    }
}

fn step(request: &Request<'_>, it: &Step) -> Markup {
    html! {
        li.stuck[it.stuck] {
            span.when.muted {
                @match it.at.and_then(|it| i64::try_from(it).ok()) {
                    Some(at) => { (parts::day_and_time(request, at)) }
                    None => { "at some time" }
                }
            }
            span dir="auto" { (it.text) }
        }
    }
}

fn fields(request: &Request<'_>, fields: &[Written]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Who wrote what" {
            table.table {
                thead { tr {
                    th scope="col" { "Field" } th scope="col" { "Value" }
                    th scope="col" { "Written by" } th scope="col" { "When" }
                } }
                tbody { @for it in fields { tr {
                    th scope="row" { (label(&it.field)) }
                    td dir="auto" { (it.value) }
                    @match &it.by {
                        Some(by) => {
                            td title={ "stamp " (by.stamp) } { (by.words()) }
                            td { @if let Some(at) = by.at.and_then(|it| i64::try_from(it).ok()) {
                                (parts::day_and_time(request, at))
                            } }
                        }
                        None => { td { "stays on this device" } td {} }
                    }
                } } }
            }
        }
    }
}
