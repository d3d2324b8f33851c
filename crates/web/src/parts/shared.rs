//! What every page carries around its contents: the indicator, counts, and the entities
//! that have no screen of their own.

use driftline_core::{Millis, Value, store::Find};
use driftline_reading::Reading;
use maud::{Markup, html};

use super::{grouped, indicator, label};
use crate::{Host, Request, Result, pages};

/// What every page carries. The script puts each element where the one with its id is.
pub(crate) fn shared(request: &Request<'_>) -> Result<Markup> {
    shared_of(request.reading, request.host, request.now)
}

/// The same for who has no request.
pub(crate) fn shared_of(reading: &Reading, host: &dyn Host, now: Millis) -> Result<Markup> {
    let status = host.status()?;
    let waiting = inbox(reading)?;
    let schema = reading.replica().schema();
    let generic = schema.entities().iter().filter(|it| !pages::has_screen(it.name));
    Ok(html! {
        div data-shared {
            (indicator(&status, now))
            @if waiting > 0 {
                span #unread .count aria-label={ (waiting) " unread" } { (grouped(waiting)) }
            } @else {
                span #unread hidden {}
            }
            div #more {
                @for entity in generic { a href={ "/e/" (entity.name) } { (label(entity.name)) } }
                a href="/conflicts" { "Conflicts" }
                a href="/settings" { "Settings" }
                a href="/help" { "Help" }
            }
        }
    })
}

/// How much of the inbox is unread.
fn inbox(reading: &Reading) -> Result<u64> {
    let replica = reading.replica();
    let unread = Find::new().equal("read_at", Value::Null).equal("archived_at", Value::Null);
    Ok(match replica.schema().get("inbox") {
        Some(it) => replica.count(it.name, &unread)?,
        None => 0,
    })
}
