//! What a first merge would find and what it did, for the pages that ask for it.

use driftline_client::{account::Review, first_merge::Merged};
use maud::{Markup, html};

use super::{count_of, grouped, label};

/// What a merge did.
pub(crate) fn merged(it: &Merged) -> Markup {
    html! {
        div.box role="status" {
            p { "Merged: " (count_of(it.received, "row", "rows")) " received, "
                (grouped(it.sent)) " sent." }
            @if let Some(backup) = &it.backup {
                p { "A copy of how everything was before: " code { (backup.display()) } }
                div.bar { button.btn data-post="/account/undo" { "Undo the merge" } }
            }
        }
    }
}

/// What a merge would find. `with` says with whom; `action` agrees to it.
pub(crate) fn review(it: &Review, with: &Markup, action: &str) -> Markup {
    html! {
        section.box aria-labelledby="review" {
            h2 #review { "Before the first merge" }
            p { "Nothing has been sent. " (with) " would find:" }
            div.scroll tabindex="0" role="region" aria-label="What a merge would find" {
                table.table {
                    thead { tr {
                        th scope="col" { "Rows" }
                        @for head in
                            ["Only here", "Only there", "Same", "Will merge", "Will conflict", "Stay here"]
                        { th.num scope="col" { (head) } }
                    } }
                    tbody {
                        @for (entity, counts) in &it.rows.entities {
                            tr {
                                th scope="row" { (label(entity)) }
                                @for number in [
                                    counts.only_here, counts.only_there, counts.same,
                                    counts.merge, counts.conflict, counts.excluded,
                                ] { td.num { (grouped(number)) } }
                            }
                        }
                    }
                }
            }
            @if it.held > 0 {
                p { strong { (count_of(it.held, "row stays", "rows stay")) " here until you decide:" }
                    " what you wrote there looks like a secret. " a href="/sync#held" { "Decide" } }
            }
            @if !it.secrets.is_empty() {
                p { strong { (count_of(it.secrets.len() as u64, "row seems", "rows seem"))
                    " to hold a secret." }
                    " To keep a folder on this device, add it in the " a href="/settings" { "settings" }
                    " first." }
            }
            div.bar {
                button.btn.btn--main data-post=(action) { "Copy everything, then merge" }
            }
            p.muted { "The copy stays in the profile, and the merge can be undone." }
        }
    }
}
