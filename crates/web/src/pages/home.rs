//! The start: what is here, and what the program is doing about the rest.

use driftline_core::store::Find;
use maud::html;

use crate::{
    Fragment, Request, Result,
    parts::{self, count_of, grouped, label},
};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let importing = request.host.importing();
    let mut counts = Vec::new();
    for entity in request.replica.schema().entities() {
        counts.push((entity, request.replica.count(entity.name, &Find::new())?));
    }
    let nothing = counts.iter().all(|(_, count)| *count == 0);
    Ok(Fragment::new(
        "Start",
        html! {
            h1 { "Your work with coding agents" }
            @if importing.running {
                div.box {
                    p { "Bringing in transcripts: " (grouped(importing.done as u64)) " of "
                        (count_of(importing.total as u64, "file", "files")) "." }
                    progress max=(importing.total.max(1)) value=(importing.done)
                        aria-label="Import" {}
                }
            }
            @if nothing && !importing.running {
                (parts::empty("Nothing is here yet. Everything stays on this machine.", html! {
                    @if importing.places.is_empty() {
                        p { "No folder of an agent was found." }
                    } @else {
                        p { "Transcripts are looked for in " (importing.places.join(", ")) "." }
                    }
                    button.btn.btn--main data-post="/import" { "Look for transcripts" }
                }))
            }
            @if !nothing {
                ul.list {
                    @for (entity, count) in &counts {
                        li.row data-row data-key=(entity.name) {
                            a.row-main href={ "/e/" (entity.name) } data-open {
                                strong { (label(entity.name)) } " " span.muted { (entity.doc) }
                            }
                            span.num { (grouped(*count)) }
                        }
                    }
                }
            }
        },
    )
    .live(&["*"]))
}
