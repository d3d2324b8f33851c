//! What came of a first merge, and taking it back.

use anyhow::{Context as _, Result};
use driftline_client::{
    account::{self, Deployment},
    first_merge::{FirstMerge, Merged},
    runtime, take_turn,
};

use crate::{commands::backup::told, context::Context, terminal::Terminal};

/// Says what came of it. `again` is the command that goes on with it.
pub(in crate::commands) fn tell(
    context: &Context<'_>,
    first: &FirstMerge,
    dry_run: bool,
    again: &str,
) -> Result<()> {
    let Some(merged) = &first.merged else {
        let yes = context.call(&format!("{again} --yes"));
        let out = if again == "connect" { "connect none" } else { "sign-out" };
        let out = context.call(out);
        if dry_run {
            let text = "Nothing was merged or sent, and nothing of it is kept here. Merge:";
            return context.output.print(&format!("{text}  {yes}"));
        }
        let next = format!("Nothing was merged or sent. Merge:  {yes}   Forget it:  {out}");
        context.output.chat(&next);
        return Ok(());
    };
    let Merged { received, sent, parked, .. } = merged;
    let figures = format!("received {received}, sent {sent}, {parked} parked");
    context.output.print(&format!("✓ Merged: {figures}."))?;
    if let Some(backup) = &merged.backup {
        let undo = context.call(&format!("{again} undo"));
        context.output.print(&format!(
            "  As it was before: {}. To go back to it:  {undo}",
            backup.display()
        ))?;
    }
    Ok(())
}

/// Undoes the first merge of this profile.
pub(in crate::commands) fn undo(context: &Context<'_>) -> Result<()> {
    let device = context.device()?;
    let deployment = Deployment::named(context, &device.config, false)?;
    let terminal = Terminal::new(context);
    let undone = runtime()?.block_on(async {
        let _turn = take_turn(context, &terminal).await?;
        account::undo(context, &device, deployment.as_ref()).await
    });
    let undone = terminal.came(undone).context("the first merge was not undone")?;
    if context.output.json {
        return context.output.json(&undone);
    }
    let print = |text: &str| context.output.print(text);
    let heard = if undone.told { "" } else { " (it was not reached; the session ends by itself)" };
    let left = if deployment.is_some() { "Signed out of" } else { "Left" };
    print(&format!("✓ {left} {}{heard}.", undone.remote))?;
    print(&format!("  Open now: the copy from before, {}", undone.opened.display()))?;
    for line in told(&undone.until) {
        print(&line)?;
    }
    if undone.until.unsent == 0 {
        print("  Everything else had been sent.")?;
    }
    print(&format!("Nothing changed in {}: what was sent there is still there.", undone.remote))
}
