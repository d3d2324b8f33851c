//! What is deleted, of any entity, and bringing it back.

use driftline_core::{
    DELETED_AT, EntityDescriptor, Value,
    store::{Deleted, Find},
    view::View,
};
use maud::{Markup, html};

use crate::{
    Fragment, Request, Result,
    entity::name_of,
    parts::{self, count_of, label},
};

/// How many rows of each entity are shown.
const SHOWN: usize = 100;

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let mut rows: Vec<(&EntityDescriptor, View)> = Vec::new();
    let mut total = 0;
    for entity in request.replica.schema().entities() {
        let find = Find::new().deleted(Deleted::Only).descending(DELETED_AT).limit(SHOWN);
        total += request.replica.count(entity.name, &find)?;
        let found = request.replica.list_values(entity.name, &find)?;
        rows.extend(found.into_iter().map(|it| (*entity, it)));
    }
    rows.sort_by_key(|(_, row)| std::cmp::Reverse(at(row)));
    Ok(Fragment::new(
        "Trash",
        html! {
            div.head {
                h1 { "Trash" }
                p.muted { "Deleted rows are hidden on every device and keep their values. What \
                    belongs to them comes back with them." }
            }
            @if rows.is_empty() {
                (parts::empty("Nothing is deleted.", html! {}))
            } @else {
                div.bar {
                    span.muted { (count_of(total, "row", "rows")) }
                    a.btn.btn--danger href="/trash/empty" { "Empty trash…" }
                }
                ul.list { @for (entity, it) in &rows { (row(request, entity, it)) } }
                @if total > rows.len() as u64 {
                    p.muted { "The latest " (SHOWN) " of each kind are shown." }
                }
            }
        },
    )
    .live(&["*"]))
}

fn at(row: &View) -> Option<i64> {
    row.row.value(DELETED_AT).and_then(Value::as_i64)
}

fn row(request: &Request<'_>, entity: &EntityDescriptor, it: &View) -> Markup {
    html! {
        li.row data-row data-key=(it.id) {
            a.row-main.cut href={ "/why/" (it.id) } data-open data-k="w" dir="auto" {
                (name_of(entity, it))
            }
            span.chip { (label(entity.name)) }
            @if let Some(at) = at(it) { span.muted.when { (parts::time(request, at)) } }
            button.btn data-post={ "/trash/" (entity.name) "/" (it.id) } { "Restore" }
            a.btn.btn--danger href={ "/purge/" (entity.name) "/" (it.id) } { "Purge for good…" }
        }
    }
}
