//! What is stored where and what stays there, where transcripts come from, and the config
//! in force.

mod backups;
mod exclusions;

use driftline_client::{Place, config::Entry, importer::Importing};
use driftline_text::{ago, size};
use maud::{Markup, html};

use crate::{Fragment, Request, Result, parts::count_of};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let settings = request.profile.settings()?;
    let main = html! {
        h1 { "Settings" }
        (look())
        (imports(request, &request.profile.importing()))
        (places(&request.profile.places()))
        (exclusions::section(&request.profile.exclusions()?))
        (backups::section(request, &request.profile.backups()))
        (config(request, &settings))
    };
    Ok(Fragment::new("Settings", main).live(&["@status", "*"]))
}

/// How pages look in this browser.
fn look() -> Markup {
    html! {
        section aria-labelledby="look" {
            h2 #look { "Look" }
            div.bar role="group" aria-labelledby="look" {
                @for (name, theme) in [("As the system", ""), ("Light", "light"), ("Dark", "dark")] {
                    button.chip type="button" data-do="theme" data-theme=(theme) { (name) }
                }
            }
            p.muted { "Kept in this browser. Keys of one letter are switched in the help: press "
                kbd { "?" } "." }
        }
    }
}

fn imports(request: &Request<'_>, state: &Importing) -> Markup {
    html! {
        section aria-labelledby="imports" {
            h2 #imports { "Transcripts" }
            @if state.running {
                p { "Reading " (state.done) " of " (count_of(state.total as u64, "file", "files")) "." }
                progress max=(state.total.max(1)) value=(state.done) aria-label="Import" {}
            } @else if let (Some(at), Some(last)) = (state.last_at, &state.last) {
                p { "Last import " (ago(at, request.now)) ": " (last) "." }
            }
            p.muted { "These folders are watched while the app runs; their files are only read." }
            ul.list {
                @for place in &state.places { li.row { code { (place) } } }
                @if state.places.is_empty() {
                    li.row.muted { "No folder of an agent is known on this machine." }
                }
            }
            @if !state.problems.is_empty() {
                h3 { "What could not be read" }
                ul.list {
                    @for (place, why) in &state.problems {
                        li.row { div.row-main { code { (place) } div.hint { (why) } } }
                    }
                }
            }
            div.bar { button.btn data-post="/import" { "Import now" } }
        }
    }
}

fn places(places: &[Place]) -> Markup {
    html! {
        section aria-labelledby="places" {
            h2 #places { "What is stored where" }
            dl.facts {
                @for it in places {
                    div { dt { (it.what) } dd {
                        code { (it.path.display()) }
                        @match it.bytes {
                            Some(bytes) => { " " span.muted { (size(bytes)) } },
                            None => { " " span.muted { "not there" } },
                        }
                    } }
                }
            }
            div.bar { button.btn data-post="/export" { "Export everything" } }
            p.muted { "Every row, a line of JSON for each, in a new file of the profile." }
        }
    }
}

fn config(request: &Request<'_>, settings: &[Entry]) -> Markup {
    html! {
        section aria-labelledby="config" {
            h2 #config { "Config in force" }
            div.scroll tabindex="0" role="region" aria-label="Config, key by key" {
                table.table {
                    thead { tr { th scope="col" { "Key" } th scope="col" { "Value" }
                        th scope="col" { "Where it comes from" } } }
                    tbody {
                        @for it in settings {
                            tr {
                                th scope="row" { code { (it.key) } }
                                td { (it.value) }
                                td.muted { (it.origin) }
                            }
                        }
                    }
                }
            }
            p.muted { "To change a key: " code { (request.host.call("config set KEY VALUE")) } }
        }
    }
}
