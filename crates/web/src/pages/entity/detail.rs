//! One row of any entity.

use driftline_core::{Error as CoreError, Policy, Value, view};
use maud::html;

use super::entity;
use crate::{
    Download, Error, Fragment, Request, Result,
    entity::{in_full, name_of},
    pages::session,
    parts::{Room, label},
};

pub(crate) fn show(request: &Request<'_>) -> Result<Fragment> {
    let (entity, id) = (entity(request)?, request.id("id")?);
    let row = request.replica.read(|tx| view::view(tx, entity, id))?;
    let row = row.ok_or_else(|| CoreError::NotFound { entity: entity.name.into(), id })?;
    let name = name_of(entity, &row);
    let path = format!("/e/{}/{id}", entity.name);
    let room = Room::default();
    let deleted = row.row.is_deleted();
    Ok(Fragment::new(
        name.clone(),
        html! {
            p.crumb { a href={ "/e/" (entity.name) } { (label(entity.name)) } }
            div.head {
                h1 dir="auto" { (name) }
                @if row.row.is_purged() {
                } @else if deleted {
                    button.btn data-post={ (path) "/restore" } { "Restore" }
                } @else {
                    @if entity.policy == Policy::Editable {
                        a.btn href={ (path) "/edit" } data-k="i" { "Edit" }
                    }
                    button.btn.btn--danger data-post={ (path) "/delete" } data-k="#" { "Delete" }
                }
                a.btn href={ "/why/" (row.id) } data-k="w" { "Why" }
                @if !row.row.is_purged() {
                    a.btn.btn--danger href={ "/purge/" (entity.name) "/" (id) } { "Purge for good…" }
                }
            }
            @if row.row.is_purged() {
                p.box { "This row was purged for good. Nothing of it is left." }
            } @else if deleted {
                p.box { "This row is deleted. It is hidden on every device." }
            }
            dl.facts {
                @for field in entity.fields {
                    div {
                        dt title=(field.doc) { (label(field.name))
                            @if field.local { " " span.chip { "this device" } } }
                        dd { (in_full(request, field, row.value(field.name), &format!("{path}/{}", field.name), &room)) }
                    }
                }
                div { dt { "Id" } dd { code { (row.id) } } }
            }
        },
    )
    .live(&["*"]))
}

/// All of a value, as plain text.
pub(in crate::pages) fn field(request: &Request<'_>) -> Result<Download> {
    let (entity, id) = (entity(request)?, request.id("id")?);
    let row = request.replica.read(|tx| view::view(tx, entity, id))?;
    let value = row.as_ref().and_then(|it| it.value(request.part("field")));
    let value = value.ok_or_else(|| Error::NotFound("there is no such value".into()))?;
    Ok(match value {
        Value::String(said) => session::plain(request.part("id"), said),
        other => {
            let json = serde_json::to_string_pretty(other).unwrap_or_default();
            session::plain(request.part("id"), &json)
        }
    })
}
