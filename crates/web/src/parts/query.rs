//! What searches and filtered lists say.

use driftline_index::query::Misread;
use maud::{Markup, html};

use super::count_of;

/// A search that cannot be understood: where, why, and what is understood instead.
pub(crate) fn misread(wrong: &Misread) -> Markup {
    let before: String = wrong.query.chars().take(wrong.at).collect();
    let after: String = wrong.query.chars().skip(wrong.at + wrong.length).collect();
    html! {
        div.box.box--warn role="alert" {
            p { (wrong.reason) "." }
            p.mono { (before) mark { (wrong.part()) } (after) }
            @if !wrong.accepted.is_empty() {
                p.muted { "Understood: " @for it in &wrong.accepted { code { (it) } " " } }
            }
        }
    }
}

/// Says that there are rows that the answer does not know of yet.
pub(crate) fn catching_up(rows: u64) -> Markup {
    html! {
        @if rows > 0 {
            p.muted.catching-up role="status" {
                (count_of(rows, "row is", "rows are")) " still being looked at."
            }
        }
    }
}

/// A name and its value as an address has them.
pub(crate) fn encoded(name: &str, value: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}
