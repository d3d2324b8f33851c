//! `inbox`: what waits for a person's attention.

use anyhow::Result;
use clap::{Args, Subcommand};
use driftline_client::import;
use driftline_core::{Id, Replica};
use driftline_inspect::ids;
use driftline_reading::inbox::{self, Item, Mark, Outside, Part};
use serde_json::{Value, json};

use crate::{
    context::{Context, Device},
    output::table,
    time,
};

/// What waits for a person's attention.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Inbox {
    /// Include archived and finished items
    #[arg(long)]
    all: bool,
    /// Only archived and finished items
    #[arg(long, conflicts_with = "all")]
    done: bool,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// Mark items as read
    Read(Items),
    /// Mark items as unread
    Unread(Items),
    /// Archive items
    Archive(Items),
    /// Unarchive items
    Unarchive(Items),
    /// Add a note
    Add {
        /// The title
        title: String,
        /// The text
        #[arg(long)]
        body: Option<String>,
    },
}

/// Some items.
#[derive(Clone, Debug, Args)]
struct Items {
    /// Ids of items, or their starts
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<String>,
    /// All open items
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

impl Inbox {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let (replica, outside) = (&device.replica, import::outside(&device.replica)?);
        let part = match (self.all, self.done) {
            (true, _) => Part::All,
            (_, true) => Part::Done,
            _ => Part::Open,
        };
        match self.task {
            None => list(context, &device, &outside, part),
            Some(Task::Read(it)) => it.mark(context, replica, &outside, Mark::Read),
            Some(Task::Unread(it)) => it.mark(context, replica, &outside, Mark::Unread),
            Some(Task::Archive(it)) => it.mark(context, replica, &outside, Mark::Archive),
            Some(Task::Unarchive(it)) => it.mark(context, replica, &outside, Mark::Unarchive),
            Some(Task::Add { title, body }) => {
                let id = inbox::add(replica, &title, body.as_deref(), None)?;
                if context.output.json {
                    return context.output.json(&json!({ "id": id }));
                }
                context.output.print(&id.to_string())
            }
        }
    }
}

fn list(context: &Context<'_>, device: &Device, outside: &Outside, part: Part) -> Result<()> {
    let items = inbox::list(&device.replica, outside, part)?;
    if context.output.json {
        return context.output.json(&items.iter().map(object).collect::<Vec<_>>());
    }
    if items.is_empty() {
        context.output.say(match part {
            Part::Open => "Nothing needs you.",
            Part::Done => "Nothing was put away.",
            Part::All => "Nothing is or was in the inbox.",
        });
        return Ok(());
    }
    let rows: Vec<_> = items.iter().map(row).collect();
    let heads = ["id", "", "what", "about", "when"];
    context.output.print(&table(&heads, &rows, context.output.width()))?;
    if items.iter().any(|it| it.unread && it.is_open()) {
        let call = |command| context.call(command);
        let (read, archive) = (call("inbox read ID"), call("inbox archive ID"));
        context.output.chat(&format!("Next:  {read}   {archive}"));
    }
    Ok(())
}

fn row(it: &Item) -> Vec<String> {
    let mark = if it.unread { "*" } else { "" };
    let at = it.at.map(time::moment).unwrap_or_default();
    vec![ids::short(it.id), mark.into(), it.kind.clone(), it.title.clone(), at]
}

fn object(it: &Item) -> Value {
    json!({
        "id": it.id,
        "kind": it.kind,
        "title": it.title,
        "body": it.body,
        "session": it.session,
        "at": it.at.and_then(time::iso),
        "unread": it.unread,
        "archived": it.archived,
        "open": it.is_open(),
        "noticed": it.noticed,
    })
}

impl Items {
    fn mark(
        self,
        context: &Context<'_>,
        replica: &Replica,
        outside: &Outside,
        mark: Mark,
    ) -> Result<()> {
        let all = inbox::list(replica, outside, Part::All)?;
        let ids: Vec<Id> = if self.all {
            all.iter().filter(|it| it.is_open()).map(|it| it.id).collect()
        } else {
            let known: Vec<_> = all.iter().map(|it| it.id).collect();
            let find = |typed: &String| ids::find_among(&known, typed, "inbox");
            self.ids.iter().map(find).collect::<Result<_, _>>()?
        };
        let mut changed = Vec::new();
        for id in ids {
            if inbox::mark(replica, outside, id, mark)? {
                changed.push(id);
            }
        }
        if context.output.json {
            return context.output.json(&json!({ "changed": changed }));
        }
        let what = match mark {
            Mark::Read => "read",
            Mark::Unread => "unread",
            Mark::Archive => "put away",
            Mark::Unarchive => "in the inbox again",
        };
        context.output.chat(&match changed.len() {
            0 => format!("Nothing changed: all of it was {what} already."),
            1 => format!("1 item is {what}, on every device."),
            many => format!("{many} items are {what}, on every device."),
        });
        Ok(())
    }
}
