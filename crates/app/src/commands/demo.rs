//! `demo`: two devices and a remote in a temporary folder, with real files. It shows
//! what syncing does to edits made offline, in words, with whatever entities this
//! program has.

mod fleet;
mod pick;

use anyhow::{Result, bail};
use clap::Args;
use driftline_core::{Id, Value, store::AuditKind};

use self::{
    fleet::{Device, Fleet},
    pick::Pick,
};
use driftline_client::code::code;

use crate::context::Context;

/// What syncing does.
#[derive(Clone, Debug, Args)]
pub(crate) struct Demo {}

impl Demo {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let pick = Pick::of(context.schema)?;
        let fleet = Fleet::new(context)?;
        let show = Show { context, pick: &pick };
        show.say(&format!(
            "Two devices, `laptop` and `desktop`, and a remote, all in a temporary folder:\n  {}\n\
             Each row here is one of {}: {}",
            fleet.folder(),
            pick.entity.name,
            pick.entity.doc
        ))?;
        show.births(&fleet)?;
        show.end(&fleet)
    }
}

/// Tells the story.
struct Show<'a> {
    context: &'a Context<'a>,
    pick: &'a Pick,
}

impl Show<'_> {
    fn births(&self, fleet: &Fleet) -> Result<()> {
        let (laptop, desktop) = (&fleet.laptop, &fleet.desktop);
        self.say("\n1. The laptop writes two rows. There is no network, and none is needed.")?;
        let kept = laptop.create(self.pick, "Parser", 1)?;
        let gone = laptop.create(self.pick, "Scratch", 2)?;
        self.tell(laptop)?;
        self.say("\n2. Both devices sync: the laptop sends, the desktop receives.")?;
        self.sync(laptop)?;
        self.sync(desktop)?;
        self.tell(desktop)?;
        self.edits(fleet, kept, gone)
    }

    fn edits(&self, fleet: &Fleet, kept: Id, gone: Id) -> Result<()> {
        let (laptop, desktop) = (&fleet.laptop, &fleet.desktop);
        let field = self.pick.text;
        self.say(&format!(
            "\n3. Offline, both rename the same row: a conflict. The laptop writes\n   `{field}` = \
             \"Parser, old\", and a moment later the desktop writes \"Parser, new\"."
        ))?;
        laptop.write(self.pick, kept, field, "Parser, old".into())?;
        fleet.moment();
        desktop.write(self.pick, kept, field, "Parser, new".into())?;
        if let Some((other, value)) = &self.pick.other {
            self.say(&format!(
                "   The laptop also writes `{other}`, which the desktop leaves alone."
            ))?;
            laptop.write(self.pick, kept, other, value.clone())?;
        }
        self.say("   The desktop deletes the other row.")?;
        desktop.delete(self.pick, gone)?;
        self.tell(laptop)?;
        self.tell(desktop)?;
        self.say("\n4. Both sync; the one that was first syncs again to hear of the other.")?;
        for device in [desktop, laptop, desktop] {
            self.sync(device)?;
        }
        self.tell(laptop)?;
        self.tell(desktop)?;
        self.conflicts(fleet)?;
        self.say("\n6. The deleted row is hidden, not gone: the laptop restores it.")?;
        laptop.restore(self.pick, gone)?;
        for device in [laptop, desktop] {
            self.sync(device)?;
        }
        self.tell(desktop)
    }

    fn conflicts(&self, fleet: &Fleet) -> Result<()> {
        self.say("\n5. The later edit stands, field by field. What gave way is kept for 30 days:")?;
        for device in [&fleet.laptop, &fleet.desktop] {
            for it in device.replica.audit(Some(AuditKind::Conflict), 10)? {
                self.say(&format!(
                    "   {}: {} is {}, not {} ({})",
                    device.name, it.field, it.winner, it.lost, it.rule
                ))?;
            }
        }
        Ok(())
    }

    fn end(&self, fleet: &Fleet) -> Result<()> {
        let laptop = fleet.laptop.replica.digest()?;
        let desktop = fleet.desktop.replica.digest()?;
        if laptop != desktop {
            bail!("the two devices do not hold the same; please report this");
        }
        self.say(&format!(
            "\n✓ Both devices hold the same: code {} on the laptop, code {} on the desktop.\n  The \
             temporary folder is removed. Yours:  {}",
            code(&laptop),
            code(&desktop),
            self.context.call("--help")
        ))
    }

    fn sync(&self, device: &Device) -> Result<()> {
        let report = device.sync()?;
        self.say(&format!("   {}: received {}, sent {}", device.name, report.received, report.sent))
    }

    /// Says what a device shows.
    fn tell(&self, device: &Device) -> Result<()> {
        let rows = device.rows(self.pick)?;
        let shown = |value: Option<&Value>| value.map_or_else(String::new, ToString::to_string);
        let row = |it: &driftline_core::view::View| {
            let name = shown(it.value(self.pick.text));
            match &self.pick.other {
                Some((other, _)) if it.value(other).is_some_and(|it| !it.is_null()) => {
                    format!("{name} with {other} {}", shown(it.value(other)))
                }
                _ => name,
            }
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        self.say(&format!("   {} shows: {}", device.name, rows.join("; ")))
    }

    fn say(&self, text: &str) -> Result<()> {
        if self.context.output.json {
            self.context.output.say(text);
            return Ok(());
        }
        self.context.output.print(text)
    }
}
