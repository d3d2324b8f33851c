//! Rows of any entity: filtered by the fields that have few values, sorted by any.

use driftline_core::{
    Field, Kind,
    store::{Deleted, Find},
    view::View,
};
use maud::html;

use super::{entity, filter};
use crate::{
    Fragment, Request, Result,
    entity::{brief, name_of, named_by, naming},
    parts::{self, count_of, icon, label},
};

/// How many rows a page has.
const PAGE: usize = 50;
/// How many columns fit beside the name.
const COLUMNS: usize = 5;

pub(crate) fn show(request: &Request<'_>) -> Result<Fragment> {
    let entity = entity(request)?;
    let find = find(request, entity);
    let total = request.replica.count(entity.name, &find)?;
    let rows = request.replica.list_values(entity.name, &find)?;
    // What names a row is in front already; what only programs read is on its own page.
    let tells = |row: &View, it: &Field| {
        row.value(it.name).is_some_and(|it| !it.is_null()) && naming(entity, row) != Some(it.name)
    };
    let columns: Vec<_> = entity
        .synced()
        .filter(|it| !matches!(it.kind, Kind::Json | Kind::Ref(_)))
        .filter(|it| named_by(entity) != Some(it.name))
        .filter(|it| rows.iter().any(|row| tells(row, it)))
        .take(COLUMNS)
        .collect();
    let narrowed = filter::narrows(request, entity);
    let deleted = find.deleted == Deleted::Only;
    let title = label(entity.name);
    let path = format!("/e/{}", entity.name);
    Ok(Fragment::new(
        title.clone(),
        html! {
            div.head {
                h1 { (title) }
                p.muted { (entity.doc) }
                a.btn.btn--main href={ (path) "/new" } data-k="c" { (icon("plus")) "New" }
            }
            div.bar {
                span.muted { (count_of(total, "row", "rows")) }
                @if deleted {
                    a.chip href=(request.with("deleted", None)) { "Show what is not deleted" }
                } @else {
                    a.chip href=(request.with("deleted", Some("only"))) { "Deleted" }
                }
                (filter::chips(request, entity)?)
            }
            (filter::form(request, entity)?)
            @if rows.is_empty() && narrowed {
                (parts::empty("Nothing is like that.", html! { a.btn href=(path) { "Show all" } }))
            } @else if rows.is_empty() {
                (parts::empty(&format!("There are no {} here.", entity.name.replace('_', " ")), html! {
                    @if !deleted { a.btn href={ (path) "/new" } { "Create the first" } }
                }))
            } @else {
                div.scroll tabindex="0" role="region" aria-label=(title) {
                    table.table.table--rows {
                        thead { tr {
                            @match named_by(entity) {
                                Some(name) => th scope="col" aria-sort=[sorted(request, name)] {
                                    a href=(turned(request, name)) { (label(name)) }
                                },
                                None => th scope="col" { "Id" },
                            }
                            @for field in &columns {
                                th scope="col" aria-sort=[sorted(request, field.name)] {
                                    a href=(turned(request, field.name)) { (label(field.name)) }
                                }
                            }
                        } }
                        tbody {
                            @for row in &rows {
                                tr data-row data-key=(row.id) {
                                    th scope="row" {
                                        a href={ (path) "/" (row.id) } data-open dir="auto" {
                                            (name_of(entity, row))
                                        }
                                    }
                                    @for field in &columns {
                                        td { @if tells(row, field) { (brief(request, field, row.value(field.name))) } }
                                    }
                                }
                            }
                        }
                    }
                }
                (parts::pager(request, find.offset, rows.len(), total))
            }
        },
    )
    .live(&["*"])
    .wide())
}

fn find(request: &Request<'_>, entity: &'static driftline_core::EntityDescriptor) -> Find {
    let mut find = filter::apply(request, entity, Find::new().limit(PAGE));
    find.offset = request.query("from").and_then(|it| it.parse().ok()).unwrap_or(0);
    if request.query("deleted") == Some("only") {
        find.deleted = Deleted::Only;
    }
    find.descending = true;
    if let Some(sort) = request.query("sort") {
        let (name, descending) = match sort.strip_prefix('-') {
            Some(name) => (name, true),
            None => (sort, false),
        };
        if let Some(field) = entity.field(name) {
            (find.order, find.descending) = (Some(field.name.into()), descending);
        }
    }
    find
}

fn sorted(request: &Request<'_>, field: &str) -> Option<&'static str> {
    let sort = request.query("sort")?;
    match sort.strip_prefix('-') {
        Some(name) if name == field => Some("descending"),
        None if sort == field => Some("ascending"),
        _ => None,
    }
}

/// The list sorted by `field`; the other way round if it is already.
fn turned(request: &Request<'_>, field: &str) -> String {
    match sorted(request, field) {
        Some("ascending") => request.with("sort", Some(&format!("-{field}"))),
        _ => request.with("sort", Some(field)),
    }
}
