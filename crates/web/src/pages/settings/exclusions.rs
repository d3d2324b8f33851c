//! What stays on this device: shown, added to and taken from.

use driftline_client::Exclusion;
use maud::{Markup, html};
use url::form_urlencoded::Serializer;

use crate::parts::count_of;

pub(super) fn section(all: &[Exclusion]) -> Markup {
    html! {
        section aria-labelledby="exclusions" {
            h2 #exclusions { "What is never synced" }
            @if all.is_empty() { p.muted { "Nothing is excluded." } }
            ul.list {
                @for it in all {
                    li.row data-key=(it.what) {
                        div.row-main.cut { code { (it.what) } }
                        span.num.muted { (count_of(it.changes, "changed row stays", "changed rows stay")) " here" }
                        button.btn data-post="/exclude/remove" data-form=(form(&it.what))
                            aria-label={ "Sync again: " (it.what) } { "Sync again" }
                    }
                }
            }
            form.form data-post="/exclude" data-clear {
                div.field {
                    label for="exclude" { "Keep on this device" }
                    input #exclude name="what" autocomplete="off" spellcheck="false"
                        placeholder="/home/me/secret" required;
                    p.hint { "A folder from its root keeps what is known by a path in it, and whatever \
                        belongs to that; " code { "sessions/ID" } " keeps one row. It holds from now on: \
                        what a remote already has stays there. Written into the config." }
                    p.field-error data-error="what" hidden {}
                }
                button.btn { "Exclude" }
            }
        }
    }
}

/// What the button sends.
fn form(what: &str) -> String {
    Serializer::new(String::new()).append_pair("what", what).finish()
}
