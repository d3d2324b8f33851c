//! `search`: words in messages, names and comments.

use anyhow::Result;
use clap::Args;
use driftline_index::search::{Found, Group, Hit, Options, Part, Sort};
use driftline_text::count_of;
use serde_json::{Value, json};

use super::query;
use crate::{context::Context, rows, time};

/// Words in messages, names and comments.
#[derive(Clone, Debug, Args)]
pub(crate) struct Search {
    /// Words, "a phrase", -without, begin*, a OR b, and tool: role: workspace: model:
    /// agent: in: is: title: before: after: on:. Quote the whole for the shell
    #[arg(required = true)]
    text: Vec<String>,
    /// Sort the newest thousand hits by relevance
    #[arg(long)]
    best: bool,
}

impl Search {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let typed = query::parse(context, &self.text)?;
        let device = context.device()?;
        let reading = context.reading(&device)?;
        query::catch_up(context, &reading)?;
        let sort = if self.best { Sort::Best } else { Sort::Newest };
        let options = Options { sort, ..Options::at(context.env.wall()) };
        let found = query::answered(reading.index().and_then(|it| it.search(&typed, &options)))?;
        if context.output.json {
            return context.output.json(&object(&found));
        }
        for group in &found.groups {
            show(context, group)?;
        }
        context.output.say(&summary(&found));
        Ok(())
    }
}

fn show(context: &Context<'_>, group: &Group) -> Result<()> {
    if let Some(line) = &group.session {
        let place = line.workspace.as_ref().map(|it| format!("  {}", it.name));
        let head =
            format!("{}  {}{}", rows::short_id(line.id), line.name(), place.unwrap_or_default());
        context.output.print(&head)?;
    }
    for hit in &group.hits {
        let head = format!("    {}  {}  ", time::shown(hit.time), who(hit));
        let before = if hit.snippet.cut_before { "…" } else { "" };
        let after = if hit.snippet.cut_after { "…" } else { "" };
        let parts = hit.snippet.parts.iter().map(|Part { text, hit }| (text.as_str(), *hit));
        let all = [(head.as_str(), false), (before, false)].into_iter().chain(parts);
        context.output.print_marked(all.chain([(after, false)]))?;
    }
    let more = group.total.saturating_sub(group.hits.len());
    if more > 0 {
        context.output.print(&format!("    and {more} more"))?;
    }
    Ok(())
}

/// Who says it, or what else it is.
fn who(hit: &Hit) -> String {
    match (hit.tools.first(), &hit.role) {
        (Some(tool), _) => tool.clone(),
        (None, Some(role)) => role.clone(),
        (None, None) => hit.scope.name().to_owned(),
    }
}

fn summary(found: &Found) -> String {
    if found.hits == 0 {
        let missing: Vec<_> = found.missing.iter().map(|it| format!("`{it}`")).collect();
        return match missing.is_empty() {
            true => "Nothing was found.".into(),
            false => format!("Nothing was found: nothing has {}.", missing.join(" or ")),
        };
    }
    let hits = count_of(found.hits, "hit", "hits");
    match found.older {
        Some(_) => format!("The newest {hits}; there are more. Narrow it with before: or words."),
        None => format!("{hits}."),
    }
}

fn object(found: &Found) -> Value {
    let hit = |it: &Hit| {
        json!({
            "entity": it.entity, "id": it.id.to_string(), "time": it.time,
            "scope": it.scope.name(), "role": it.role, "tools": it.tools, "agent": it.agent,
            "snippet": it.snippet,
        })
    };
    let group = |it: &Group| {
        json!({
            "session": it.session,
            "hits": it.hits.iter().map(hit).collect::<Vec<_>>(),
            "total": it.total,
        })
    };
    json!({
        "hits": found.hits,
        "more": found.older.is_some(),
        "missing": found.missing,
        "groups": found.groups.iter().map(group).collect::<Vec<_>>(),
    })
}
