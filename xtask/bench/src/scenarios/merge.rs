//! Two devices that were apart for long. Each changed 2m rows, m of which the other changed,
//! too; m is a tenth of all.

use anyhow::{Result, ensure};
use driftline_core::Id;

use crate::{
    bare::Bare,
    device::{self, Device, Remote},
    reading::{Reading, Unit},
    scenario::Scenario,
    seconds,
    stage::{Prepared, Stage},
};

pub(super) const MERGE: Scenario = Scenario {
    name: "merge",
    what: "two devices that changed 2m rows each, m in common, become equal; m = N/10",
    bare_does: "updates the rows that are newer in a shared file, and from there in the files",
    unit: Unit::PerSecond("edits"),
    needs: &[Prepared::World, Prepared::PlainWorld],
    ours,
    bare,
};

/// Rows in a transaction of the program that never syncs; a hub takes as many in a call.
const BATCH: usize = 500;

/// What one of both changes: rows from `from` on.
fn edits(stage: &Stage, from: u64, who: &str) -> Vec<(Id, String)> {
    let note = |it| format!("Note {it} by {who}, run {}, about what happened today", stage.run);
    let all = from..from + 2 * stage.common();
    all.map(|it| (stage.session_to_change(it), note(it))).collect()
}

/// Seconds for one edit of all 4m.
fn each(stage: &Stage, time: f64) -> Reading {
    (time / (4 * stage.common()) as f64).into()
}

fn ours(stage: &Stage) -> Result<Reading> {
    let one = Device::open(&stage.world("one"), device::ONE)?;
    let other = Device::open(&stage.world("other"), device::OTHER)?;
    let remote = Remote::open(&stage.world("hub"))?;
    for device in [&one, &other] {
        device.sync(&remote)?;
    }
    one.note_many(&edits(stage, 0, "one"))?;
    other.note_many(&edits(stage, stage.common(), "other"))?;
    let time = seconds(|| {
        for device in [&one, &other, &one] {
            device.sync(&remote)?;
        }
        Ok(())
    })?;
    ensure!(one.replica.digest()? == other.replica.digest()?, "the devices are not equal");
    Ok(each(stage, time))
}

fn bare(stage: &Stage) -> Result<Reading> {
    let [one, hub, other] = ["one", "hub", "other"].map(|it| Bare::open(&stage.plain_world(it)));
    let (one, hub, other) = (one?, hub?, other?);
    let of_one = bare_edits(stage, &one, 0, "one")?;
    let of_other = bare_edits(stage, &other, 1, "other")?;
    let time = seconds(|| {
        update(&one, &hub, &of_one)?;
        update(&hub, &other, &of_one)?;
        update(&other, &hub, &of_other)?;
        update(&hub, &one, &of_other)
    })?;
    Ok(each(stage, time))
}

/// Edits rows on one `side`, each with its time. Returns which.
fn bare_edits(stage: &Stage, bare: &Bare, side: u64, who: &str) -> Result<Vec<Id>> {
    let edits = edits(stage, side * stage.common(), who);
    let at = i64::try_from(2 * stage.run + side + 1)?;
    bare.transact(|| {
        let mut notes = edits.iter();
        notes.try_for_each(|(id, note)| bare.note_if_newer(*id, &(note.clone(), at)))
    })?;
    Ok(edits.into_iter().map(|it| it.0).collect())
}

/// Updates these rows in `to` if they are newer in `from`.
fn update(from: &Bare, to: &Bare, ids: &[Id]) -> Result<()> {
    ids.chunks(BATCH).try_for_each(|batch| {
        to.transact(|| {
            let mut ids = batch.iter();
            ids.try_for_each(|id| to.note_if_newer(*id, &from.noted(*id)?))
        })
    })
}
