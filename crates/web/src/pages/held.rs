//! What is held on this device: likely secrets in what a person wrote, each with what can
//! become of it.

use driftline_client::held::{Found, HeldRow};
use maud::{Markup, html};

use crate::{
    Request, Result,
    parts::{self, grouped, label},
};

/// How many rows are shown.
const LISTED: usize = 200;

/// The section for them; nothing if there is none.
pub(super) fn section(request: &Request<'_>) -> Result<Markup> {
    let all = request.profile.held()?;
    if all.is_empty() {
        return Ok(html! {});
    }
    let more = all.len().saturating_sub(LISTED) as u64;
    Ok(html! {
        section aria-labelledby="held" {
            h2 #held { "Held" }
            p { "What you wrote in these rows looks like a secret. They stay on this device until you \
                decide; everything else goes on." }
            ul.list { @for it in all.iter().take(LISTED) { (row(it)) } }
            @if more > 0 { p.muted { "and " (grouped(more)) " more" } }
        }
    })
}

fn row(it: &HeldRow) -> Markup {
    let name = it.label.as_deref().map_or_else(|| it.id.to_string(), parts::line);
    html! {
        li.row data-row data-key=(it.id) {
            div.row-main {
                a data-open data-k="w" href={ "/why/" (it.id) } dir="auto" { (name) }
                " " span.chip { (label(&it.entity)) }
                @if it.kept { " " span.chip { "kept here" } }
                @for found in &it.found { (text(found)) }
            }
            (button(it, &name, "send", "Send as it is"))
            (button(it, &name, "redact", "Replace it"))
            @if !it.kept { (button(it, &name, "keep", "Keep here")) }
        }
    }
}

fn text(found: &Found) -> Markup {
    html! {
        div.hint dir="auto" { (label(&found.field)) ", " code { (found.rule) } ": "
            (parts::line(&found.text)) }
    }
}

fn button(it: &HeldRow, name: &str, choice: &str, words: &str) -> Markup {
    html! {
        button.btn data-post={ "/held/" (it.entity) "/" (it.id) "/" (choice) }
            aria-label={ (words) ": " (name) } { (words) }
    }
}
