//! A key that was drawn for a remote: it is shown once.

use maud::{Markup, html};

/// The words of a new key, until somebody says that they have them.
pub(crate) fn new_key(words: &str) -> Markup {
    html! {
        section.box aria-labelledby="key" {
            h2 #key { "The key of this remote" }
            p { "Write it down and keep it apart from this device. Every other device needs it; \
                without it nobody can read what is there." }
            p { code { (words) } }
            div.bar {
                button.btn.btn--main data-post="/connect/key-kept" { "I have written it down" }
            }
        }
    }
}
