//! What every page carries around its contents: the indicator, counts, and the entities
//! that have no screen of their own.

use driftline_client::{Errand, importer::Importing};
use driftline_core::{Millis, Schema};
use maud::{Markup, html};

use super::{count_of, grouped, indicator, label};
use crate::{Host, Request, Result, app::App, screens, standing::State};

/// What every page carries. The script puts each element where the one with its id is.
pub(crate) fn shared(request: &Request<'_>) -> Result<Markup> {
    Ok(show(&request.state()?, request.replica.schema(), request.host, request.now))
}

/// The same for who has no request.
pub(crate) fn shared_of(app: &App) -> Result<Markup> {
    let state = app.standing.at(app.env.monotonic(), &app.reading, &*app.host)?;
    Ok(show(&state, app.reading.replica().schema(), &*app.host, app.env.wall()))
}

fn show(state: &State, schema: &Schema, host: &dyn Host, now: Millis) -> Markup {
    let waiting = state.unread;
    let generic = schema.entities().iter().filter(|it| !screens::has_screen(it.name));
    html! {
        div data-shared {
            (indicator(&state.status, state.paused, now))
            (under_way(&host.profile().importing()))
            (errand(host.profile().errand()))
            @if waiting > 0 {
                span #unread .count aria-label={ (waiting) " unread" } { (grouped(waiting)) }
            } @else {
                span #unread hidden {}
            }
            div #more {
                @for entity in generic { a href={ "/e/" (entity.name) } { (label(entity.name)) } }
                a href="/conflicts" { "Conflicts" }
                a href="/trash" { "Trash" }
                a href="/connect" { "Connect" }
                a href="/account" { "Account" }
                a href="/settings" { "Settings" }
                a href="/help" { "Help" }
            }
        }
    }
}

/// Something that is done with the account, for pages to notice when it begins and ends.
fn errand((running, ended): (Option<Errand>, u64)) -> Markup {
    html! { span #errand hidden data-busy[running.is_some()] data-ended=(ended) {} }
}

/// How far an import is, in a line of its own on every page: what is here can be read
/// meanwhile.
fn under_way(state: &Importing) -> Markup {
    html! {
        div #importing.importing hidden[!state.running] {
            @if state.running {
                span { "Bringing in transcripts: " (grouped(state.done as u64)) " of "
                    (count_of(state.total as u64, "file", "files")) }
                progress max=(state.total.max(1)) value=(state.done) aria-label="Import" {}
            }
        }
    }
}
