//! What purging a row would take with it, and the button that does it.

use driftline_client::purge::{Plan, Shared, plan};
use maud::html;

use crate::{
    Fragment, Request, Result,
    parts::{count_of, label},
};

/// Sessions that are named.
const SHOWN: usize = 20;

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let planned = plan(request.replica, request.part("entity"), request.id("id")?)?;
    let Plan { entity, id, name, owned, copies, shared } = &planned;
    let name = name.as_deref().map_or_else(|| id.to_string(), driftline_text::one_line);
    Ok(Fragment::new(
        "Purge",
        html! {
            div.head { h1 { "Purge for good" } }
            p { "Nothing brings it back: neither an edit nor an import, on any device." }
            p.box { b dir="auto" { (name) } " " span.chip { (label(entity)) } }
            ul.list {
                @for it in owned {
                    li.row { "With " (count_of(it.rows, "row", "rows")) " of " (label(it.entity)) }
                }
                @if !copies.is_empty() {
                    li.row { "With " (count_of(copies.len() as u64, "copy", "copies"))
                        " in other sessions" }
                }
                @for Shared { session, name, messages } in shared.iter().take(SHOWN) {
                    li.row { "Stays: " (count_of(*messages, "copy", "copies")) " in "
                        a href={ "/s/" (session) } dir="auto" {
                            @if name.is_empty() { (session) } @else { (driftline_text::one_line(name)) }
                        }
                    }
                }
            }
            p.muted { "Out of reach, and may still hold it: files in which agents keep transcripts, \
                devices until they sync, and what a remote's service copies of its own accord." }
            div.bar {
                button.btn.btn--danger data-post={ "/purge/" (entity) "/" (id) } { "Purge for good" }
            }
        },
    ))
}
