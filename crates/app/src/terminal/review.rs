//! What a merge would do, in a terminal.

use anyhow::Result;
use driftline_client::account::Review;
use driftline_core::review::Counts;
use driftline_text::count_of;
use serde_json::Value;

use crate::{context::Context, output::table};

/// Clashes, and holders of secrets, that are shown.
const SHOWN: usize = 8;

/// Shows it.
pub(super) fn show(context: &Context<'_>, review: &Review) -> Result<()> {
    let print = |text: &str| context.output.print(text);
    let number = |it: u64| it.to_string();
    let row = |(name, it): (&String, &Counts)| {
        let counts = [it.only_here, it.only_there, it.same, it.merge, it.conflict, it.excluded];
        [name.clone()].into_iter().chain(counts.map(number)).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = review.rows.entities.iter().map(row).collect();
    print("Nothing has been sent. A merge would find:")?;
    if rows.is_empty() {
        print("  nothing here and nothing there")?;
    } else {
        let heads =
            ["", "only here", "only there", "same", "will merge", "will conflict", "stays here"];
        print(&table(&heads, &rows, context.output.width()))?;
    }
    for it in review.rows.clashes.iter().take(SHOWN) {
        let (here, there) = (brief(&it.here_value), brief(&it.there_value));
        let (winner, lost) = if it.here_stands { (here, there) } else { (there, here) };
        let (entity, id, field) = (&it.entity, it.id, &it.field);
        print(&format!("  {entity} {id}, {field}: {winner} stands over {lost}"))?;
    }
    let more = review.rows.clashes.len().saturating_sub(SHOWN);
    if more > 0 {
        print(&format!("  and {more} more; each can be brought back with `conflicts`"))?;
    }
    if !review.exclude.is_empty() {
        print(&format!("Stays on this device: {}", review.exclude.join(", ")))?;
    }
    if review.held > 0 {
        print(&format!(
            "{} on this device until you decide: likely secrets that you wrote.  {}",
            count_of(review.held, "row stays", "rows stay"),
            context.call("held")
        ))?;
    }
    secrets(context, review)
}

fn secrets(context: &Context<'_>, review: &Review) -> Result<()> {
    let print = |text: &str| context.output.print(text);
    if review.secrets.is_empty() {
        return print("No likely secrets were found in what would be sent.");
    }
    print("Likely secrets in what would be sent:")?;
    for it in review.secrets.iter().take(SHOWN) {
        let rules = it.rules.iter().map(|(rule, count)| format!("{count} {rule}"));
        let rules = rules.collect::<Vec<_>>().join(", ");
        print(&format!("  {rules}  in {} {} ({})", it.entity, it.id, it.label))?;
    }
    let more = review.secrets.len().saturating_sub(SHOWN);
    if more > 0 {
        print(&format!("  and in {more} more; --json shows all"))?;
    }
    let exclude = context.call("exclude sessions ID");
    print(&format!("To keep one on this device:  {}", exclude.replace("sessions", "ENTITY")))
}

fn brief(value: &Value) -> String {
    driftline_core::excerpt(&value.to_string())
}
