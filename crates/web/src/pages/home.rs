//! The start: the sessions, once there are any; before that, what the program does about
//! it, and what can be done.

use driftline_client::{import, importer::Importing};
use driftline_core::store::Find;
use maud::{Markup, html};

use crate::{Fragment, Request, Result};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    for entity in request.replica.schema().entities() {
        if request.replica.count(entity.name, &Find::new())? > 0 {
            return Ok(Fragment::go("/sessions"));
        }
    }
    let importing = request.profile.importing();
    let main = html! {
        h1 { "Your work with coding agents" }
        div.empty {
            @if importing.running {
                p { "Bringing in what is on this machine. The first sessions are here in a moment." }
            } @else {
                (nothing(&importing))
            }
        }
    };
    Ok(Fragment::new("Start", main).live(&["*", "@status"]))
}

fn nothing(importing: &Importing) -> Markup {
    html! {
        p { "Nothing is here yet. Everything stays on this machine until you set up a remote." }
        @if !importing.places.is_empty() {
            p {
                "Transcripts of agents appear here by themselves. They are looked for of "
                (import::agents().join(", ")) "."
            }
        }
        div.bar.bar--middle {
            button.btn data-post="/import" { "Look again" }
            button.btn.btn--main data-post="/demo" { "Show me with made-up data" }
        }
        p { "Made-up data opens in a profile of its own, which is gone when the app ends." }
    }
}
