//! One row of any entity.

use driftline_core::{Error as CoreError, Policy, view};
use maud::html;

use super::entity;
use crate::{
    Fragment, Request, Result,
    entity::{in_full, name_of},
    parts::label,
};

pub(crate) fn show(request: &Request<'_>) -> Result<Fragment> {
    let (entity, id) = (entity(request)?, request.id("id")?);
    let row = request.replica.store().view(|tx| view::view(tx, entity, id))?;
    let row = row.ok_or_else(|| CoreError::NotFound { entity: entity.name.into(), id })?;
    let name = name_of(entity, &row);
    let path = format!("/e/{}/{id}", entity.name);
    let deleted = row.row.is_deleted();
    Ok(Fragment::new(
        name.clone(),
        html! {
            p.crumb { a href={ "/e/" (entity.name) } { (label(entity.name)) } }
            div.head {
                h1 dir="auto" { (name) }
                @if deleted {
                    button.btn data-post={ (path) "/restore" } { "Restore" }
                } @else {
                    @if entity.policy == Policy::Editable {
                        a.btn href={ (path) "/edit" } data-k="i" { "Edit" }
                    }
                    button.btn.btn--danger data-post={ (path) "/delete" } data-k="#" { "Delete" }
                }
                a.btn href={ "/why/" (row.id) } data-k="w" { "Why" }
            }
            @if deleted { p.box { "This row is deleted. It is hidden on every device." } }
            dl.facts {
                @for field in entity.fields {
                    div {
                        dt title=(field.doc) { (label(field.name))
                            @if field.local { " " span.chip { "this device" } } }
                        dd { (in_full(request, field, row.value(field.name))) }
                    }
                }
                div { dt { "Id" } dd { code { (row.id) } } }
            }
        },
    )
    .live(&["*"]))
}
