//! Which agents have transcripts on this machine, what of them is here, and what could not be
//! read.

use driftline_client::{import::Agent, importer::Importing};
use driftline_text::ago;
use maud::{Markup, html};

use crate::{Request, parts::count_of};

pub(super) fn section(request: &Request<'_>, state: &Importing, agents: &[Agent]) -> Markup {
    let (here, others): (Vec<_>, Vec<_>) = agents.iter().partition(|it| it.is_here());
    let others: Vec<_> = others.iter().map(|it| it.name).collect();
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
            @if agents.is_empty() {
                p.muted { "No folder of an agent is known on this machine." }
            }
            @if !here.is_empty() { (table(request, &here)) }
            @if !others.is_empty() { p.muted { "Nothing was found of " (others.join(", ")) "." } }
            (problems(state, &here))
            div.bar { button.btn data-post="/import" { "Import now" } }
        }
    }
}

fn table(request: &Request<'_>, agents: &[&Agent]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Agents" {
            table.table {
                thead { tr {
                    th scope="col" { "Agent" } th scope="col" { "Transcripts" }
                    th scope="col" { "Where" } th scope="col" { "The agent keeps them" }
                    th scope="col" { "Last import" }
                } }
                tbody {
                    @for it in agents {
                        tr {
                            th scope="row" { (it.name) }
                            td { (transcripts(it)) }
                            td { @for place in &it.places { div { code { (place.display()) } } } }
                            td { (kept(it)) }
                            td { @if let Some(at) = it.last_at { (ago(at, request.now)) } }
                        }
                    }
                }
            }
        }
    }
}

fn transcripts(agent: &Agent) -> String {
    let found = count_of(agent.found, "file", "files");
    match (agent.is_read, agent.imported == agent.found) {
        (false, _) => format!("{found}, not read yet"),
        (true, true) => format!("{found}, all here"),
        (true, false) => format!("{found}, {} here", agent.imported),
    }
}

fn kept(agent: &Agent) -> String {
    match agent.keeps_days {
        Some(days) => format!("for {}", count_of(days, "day", "days")),
        None => String::new(),
    }
}

/// What could not be read: of whole files, and of parts of them since the app runs.
fn problems(state: &Importing, agents: &[&Agent]) -> Markup {
    let of_files = agents.iter().flat_map(|it| &it.problems).map(|it| (&it.path, &it.reason));
    let mut all: Vec<_> = of_files.collect();
    for (place, why) in &state.problems {
        if !all.contains(&(place, why)) {
            all.push((place, why));
        }
    }
    html! {
        @if !all.is_empty() {
            h3 { "What could not be read" }
            ul.list {
                @for (place, why) in all {
                    li.row { div.row-main { code { (place) } div.hint { (why) } } }
                }
            }
        }
    }
}
