//! `sessions`: what was done with agents, by what was active last.

use anyhow::Result;
use clap::Args;
use driftline_index::{
    Fork,
    list::{Line, Options, Order},
};
use driftline_text::ago;

use super::query;
use crate::{context::Context, error::Failed, output::table, rows};

/// The sessions.
#[derive(Clone, Debug, Args)]
pub(crate) struct Sessions {
    /// Words in names and first prompts, and workspace: agent: model: title: is: before:
    /// after: on:
    filter: Vec<String>,
    /// Sort by newest, oldest, messages or title
    #[arg(long, value_name = "ORDER", default_value = "newest")]
    order: String,
    /// The greatest number, 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

impl Sessions {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let typed = query::parse(context, &self.filter)?;
        let Some(order) = Order::named(&self.order) else {
            let all = Order::ALL.map(Order::name).join(", ");
            return Err(Failed::usage(
                "usage",
                format!("`{}` is no order; there are: {all}", self.order),
            ));
        };
        let device = context.device()?;
        let reading = context.reading(&device)?;
        query::catch_up(context, &reading)?;
        let now = context.env.wall();
        let limit = if self.limit == 0 { usize::MAX >> 1 } else { self.limit };
        let options = Options { order, limit, ..Options::at(now) };
        let listed = query::answered(reading.index().and_then(|it| it.sessions(&typed, &options)))?;
        if context.output.json {
            return context.output.json(&listed.lines);
        }
        if listed.lines.is_empty() {
            context.output.say(match listed.all {
                0 => "There are no sessions yet.",
                _ => "No session matches.",
            });
            if listed.all == 0 {
                context.output.say(&format!("Bring them in:  {}", context.call("import")));
            }
            return Ok(());
        }
        let heads = ["id", "name", "workspace", "agent", "messages", "active"];
        let cells: Vec<_> = listed.lines.iter().map(|it| cells(it, now)).collect();
        context.output.print(&table(&heads, &cells, context.output.width()))?;
        if (listed.lines.len() as u64) < listed.total {
            let shown = listed.lines.len();
            let text = format!("{shown} of {}: --limit 0 shows all of them.", listed.total);
            context.output.say(&text);
        }
        Ok(())
    }
}

fn cells(line: &Line, now: u64) -> Vec<String> {
    let marks = [(line.pinned, "pinned"), (line.archived, "archived"), (line.is_unread, "unread")];
    let marks = marks.into_iter().filter(|(is, _)| *is).map(|(_, it)| it.to_owned());
    let marks: Vec<_> = marks.chain(line.fork.as_ref().map(Fork::words)).collect();
    let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
    vec![
        rows::short_id(line.id),
        format!("{}{marks}", line.name()),
        line.workspace.as_ref().map(|it| it.name.clone()).unwrap_or_default(),
        line.agent.clone().unwrap_or_default(),
        line.messages.to_string(),
        ago(line.last_at.try_into().unwrap_or_default(), now),
    ]
}
