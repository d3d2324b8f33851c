//! What is stored where and what stays there, where transcripts come from, and the config
//! in force.

mod agents;
mod backups;
mod exclusions;

use driftline_client::{Place, config::Entry};
use driftline_text::size;
use maud::{Markup, html};

use crate::{Fragment, Request, Result};

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let settings = request.profile.settings()?;
    let main = html! {
        h1 { "Settings" }
        (look())
        (agents::section(request, &request.profile.importing(), &request.profile.agents()?))
        (places(request, &request.profile.places()))
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

fn places(request: &Request<'_>, places: &[Place]) -> Markup {
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
            p.muted { "Every row, a line of JSON for each, in a new file of the profile. Any profile \
                takes it in: " code { (request.host.call("import FILE")) } }
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
