//! `purge`: a row is gone for good, on every device; nothing brings it back. So is the trash, if
//! that is asked for.

use anyhow::Result;
use clap::Args;
use driftline_client::{
    Device,
    purge::{DAYS, Discarded, Plan, Purged, Trash, plan, trash},
    runtime,
};
use driftline_text::{count_of, one_line};
use serde::Serialize;

use crate::{context::Context, error::Failed, rows, terminal::Terminal};

/// Names of copies and sessions that are shown.
const SHOWN: usize = 8;

/// Delete a row for good on every device, with what belongs to it; nothing brings it back.
#[derive(Clone, Debug, Args)]
pub(crate) struct Purge {
    /// The row: the start of its id, or its entity and the start of its id
    #[arg(required_unless_present = "deleted", num_args = 1..=2, value_name = "[ENTITY] ID")]
    row: Vec<String>,
    /// Instead of one row, every row that was deleted at least so many days ago [default: 30]
    #[arg(long, value_name = "DAYS", num_args = 0..=1, conflicts_with = "row")]
    #[allow(clippy::option_option, reason = "the option, and whether it says how many")]
    deleted: Option<Option<u32>>,
    /// Show what would go; change nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Purge without asking
    #[arg(long)]
    yes: bool,
}

impl Purge {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        if let Some(days) = self.deleted {
            return self.empty(context, &device, days.unwrap_or(DAYS));
        }
        let (entity, id) = rows::named(context, &device, &self.row)?;
        let plan = plan(&device.replica, &entity, id)?;
        if !context.output.json {
            tell(context, &lines(&plan))?;
        }
        if self.dry_run {
            return if context.output.json { context.output.json(&plan) } else { Ok(()) };
        }
        let terminal = Terminal::new(context);
        let done =
            runtime()?.block_on(plan.carry_out(context.client(), &device, self.yes, &terminal));
        end(context, terminal.came(done)?)
    }

    fn empty(&self, context: &Context<'_>, device: &Device, days: u32) -> Result<()> {
        let trash = trash(&device.replica, days)?;
        if !context.output.json {
            tell(context, &discarded(&trash))?;
        }
        if self.dry_run || trash.count() == 0 {
            return if context.output.json { context.output.json(&trash) } else { Ok(()) };
        }
        let terminal = Terminal::new(context);
        let done =
            runtime()?.block_on(trash.carry_out(context.client(), device, self.yes, &terminal));
        end(context, terminal.came(done)?)
    }
}

fn end<P: Serialize>(context: &Context<'_>, done: Option<Purged<P>>) -> Result<()> {
    match done {
        None => {
            let message = "nothing was purged, because nobody agreed; agree with --yes";
            Err(Failed::usage("not_agreed", message))
        }
        Some(it) if context.output.json => context.output.json(&it),
        Some(it) => report(context, &it),
    }
}

/// What emptying the trash would take.
fn discarded(trash: &Trash) -> Vec<String> {
    let since = match trash.days {
        0 => String::new(),
        1 => " at least a day ago".into(),
        days => format!(" at least {days} days ago"),
    };
    if trash.count() == 0 {
        return vec![format!("Nothing was deleted{since}.")];
    }
    let mut lines = vec![format!("Goes for good, because it was deleted{since}:")];
    for Discarded { entity, rows, owned } in &trash.deleted {
        lines.push(format!("  {} {entity}", rows.len()));
        for it in owned {
            lines.push(format!("    and what belongs to them: {} {}", it.rows, it.entity));
        }
    }
    lines
}

/// What would go.
pub(crate) fn lines(plan: &Plan) -> Vec<String> {
    let name = plan.name.as_deref().map(one_line).unwrap_or_default();
    let mut lines = vec![format!("Goes for good: {} {} {name}", plan.entity, plan.id)];
    for it in &plan.owned {
        lines.push(format!("  and what belongs to it: {} {}", it.rows, it.entity));
    }
    if !plan.copies.is_empty() {
        lines.push(format!("  and its copies in other sessions: {}", plan.copies.len()));
    }
    for it in plan.shared.iter().take(SHOWN) {
        let (name, session) = (one_line(&it.name), it.session);
        let copies = count_of(it.messages, "copy", "copies");
        lines.push(format!("  stays: {copies} in session {session} {name}"));
    }
    if plan.shared.len() > SHOWN {
        let more = plan.shared.len() - SHOWN;
        lines.push(format!("  and in {}", count_of(more, "more session", "more sessions")));
    }
    lines
}

fn tell(context: &Context<'_>, lines: &[String]) -> Result<()> {
    lines.iter().try_for_each(|it| context.output.print(it))
}

fn report<P>(context: &Context<'_>, it: &Purged<P>) -> Result<()> {
    let output = context.output;
    output.print(&format!("✓ Purged {}.", count_of(it.rows, "row", "rows")))?;
    match (it.synced, &it.not_synced) {
        (Some(false), Some(why)) => output.print(&format!("  Not sent yet: {why}"))?,
        (Some(false), None) => output.print("  Not everything was sent yet.")?,
        (Some(true), _) => output.print("  The remote holds nothing of it any more.")?,
        (None, _) => (),
    }
    for path in &it.swept.cleaned {
        output.print(&format!("  Taken out of {}", path.display()))?;
    }
    output.print("Out of reach, and may still hold it:")?;
    it.unreached.iter().try_for_each(|it| output.print(&format!("  {it}")))
}
