//! What emptying the trash would take, and the buttons that do it.

use driftline_client::purge::{DAYS, Discarded, Trash, trash};
use maud::{Markup, html};

use crate::{
    Fragment, Request, Result,
    parts::{self, count_of, label},
};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let all = trash(request.replica, 0)?;
    let old = trash(request.replica, DAYS)?;
    Ok(Fragment::new(
        "Empty trash",
        html! {
            div.head { h1 { "Empty the trash" } }
            @if all.count() == 0 {
                (parts::empty("Nothing is deleted.", html! {}))
            } @else {
                p { "Nothing brings these rows back: neither an edit nor an import, on any device. \
                    A device that restored one of them and has not synced since loses it, too." }
                @if old.count() > 0 && old.count() < all.count() {
                    (choice(&old, &format!("Deleted at least {DAYS} days ago")))
                }
                (choice(&all, "Everything that is deleted"))
                p.muted { "Out of reach, and may still hold them: files in which agents keep \
                    transcripts, devices until they sync, and what a remote's service copies of \
                    its own accord." }
            }
        },
    )
    .live(&["*"]))
}

fn choice(trash: &Trash, title: &str) -> Markup {
    html! {
        section.box {
            h2 { (title) }
            ul.list {
                @for Discarded { entity, rows, owned } in &trash.deleted {
                    li.row { (count_of(rows.len() as u64, "row", "rows")) " of " (label(entity)) }
                    @for it in owned {
                        li.row { "With " (count_of(it.rows, "row", "rows")) " of " (label(it.entity)) }
                    }
                }
            }
            div.bar {
                button.btn.btn--danger data-post={ "/empty-trash/" (trash.days) } { "Purge for good" }
            }
        }
    }
}
