//! A message to the letter: what an agent wrote, for who wants to know what the pages
//! made of it.

use driftline_core::{Error as CoreError, SyncEntity as _, Value, view};
use driftline_entities::messages::Message;
use driftline_text as text;
use maud::html;

use crate::{
    Fragment, Request, Result,
    parts::{Room, day_and_time, line},
};

pub(in crate::pages) fn show(request: &Request<'_>) -> Result<Fragment> {
    let id = request.id("id")?;
    let entity = request.replica.schema().entity(Message::NAME)?;
    let row = request.replica.read(|tx| view::view(tx, entity, id))?;
    let row = row.ok_or_else(|| CoreError::NotFound { entity: entity.name.into(), id })?;
    let session = request.reading.conversations().session_of(id)?;
    let said = |name: &str| row.value(name).and_then(Value::as_str);
    let json = |name: &str| {
        let value = row.value(name).filter(|it| !it.is_null())?;
        serde_json::to_string_pretty(value).ok()
    };
    let record = said("raw").map(|it| {
        let value: Option<Value> = serde_json::from_str(it).ok();
        value.and_then(|it| serde_json::to_string_pretty(&it).ok()).unwrap_or_else(|| it.to_owned())
    });
    let parts = [
        ("Text", "text", said("text").map(str::to_owned)),
        ("Blocks", "blocks", json("blocks")),
        ("Tokens", "usage", json("usage")),
    ];
    let withheld = row.row.cells().any(|it| it.1.stamp.withholds());
    let room = Room::default();
    let all = |part: &str, field: &str| {
        room.put(part, &format!("/e/{}/{id}/{field}", Message::NAME), |it| {
            html! {
                pre.code tabindex="0" { (text::safe(it)) }
            }
        })
    };
    let facts = ["role", "model", "external_id", "parent", "agent"];
    Ok(Fragment::new(
        "Message",
        html! {
            p.crumb {
                a href="/sessions" { "Sessions" }
                @if let Some(session) = session {
                    " › " a href={ "/s/" (session) "?at=" (id) } { "In its session" }
                }
            }
            h1 { "Message" }
            @if row.row.is_deleted() {
                div.box {
                    p { "This message is deleted. It is hidden on every device." }
                    button.btn data-post={ "/e/messages/" (id) "/restore" } { "Restore" }
                }
            }
            dl.facts {
                @if let Some(at) = row.value("created_at").and_then(Value::as_i64) {
                    div { dt { "Said" } dd { (day_and_time(request, at)) } }
                }
                @for name in facts {
                    @if let Some(value) = said(name) {
                        div { dt { (crate::parts::label(name)) } dd { code { (line(value)) } } }
                    }
                }
                div { dt { "Id" } dd { code { (row.id) } } }
            }
            @for (name, field, part) in &parts {
                @if let Some(part) = part {
                    h2 { (name) }
                    (all(part, field))
                }
            }
            @match (&record, withheld) {
                (Some(record), false) => {
                    h2 { "The record that this device read" }
                    (all(record, "raw"))
                }
                (Some(record), true) => {
                    h2 { "The record that this device read" }
                    p { "Likely secrets in it were replaced above. It stays on this device." }
                    details.fold {
                        summary { "Show the record as it was read" }
                        div.fold-body { (all(record, "raw")) }
                    }
                }
                (None, true) => {
                    p { "Likely secrets in it were replaced. The record as it was read is on the \
                        device that read it." }
                }
                (None, false) => {}
            }
        },
    ))
}
