//! What a person writes on one device.

use anyhow::Result;
use driftline_core::Values;

use crate::{
    bare::Bare,
    data::{self, Draft},
    device::{self, Device},
    reading::{Reading, Unit},
    scenario::Scenario,
    seconds,
    stage::{Prepared, Stage, batches},
};

pub(super) const SINGLE: Scenario = Scenario {
    name: "edit-single",
    what: "a person's edit, safe from a power cut",
    bare_does: "an update with synchronous = FULL",
    unit: Unit::PerSecond("edits"),
    needs: &[Prepared::Device, Prepared::Plain],
    ours: single_ours,
    bare: single_bare,
};

pub(super) const BULK: Scenario = Scenario {
    name: "write-bulk",
    what: "rows that a program writes for a person, 1 000 in a transaction",
    bare_does: "inserts, as many in a transaction, with synchronous = FULL",
    unit: Unit::PerSecond("rows"),
    needs: &[],
    ours: bulk_ours,
    bare: bulk_bare,
};

/// Edits of a person.
const EDITS: u64 = 300;

fn single_ours(stage: &Stage) -> Result<Reading> {
    let device = Device::open(&stage.device(), device::ONE)?;
    each_edit(stage, |it, note| device.note(stage.some_session(it), note))
}

fn single_bare(stage: &Stage) -> Result<Reading> {
    let bare = Bare::open(&stage.plain())?;
    bare.be_durable()?;
    each_edit(stage, |it, note| bare.note(stage.some_session(it), note))
}

fn each_edit(stage: &Stage, edit: impl Fn(u64, &str) -> Result<()>) -> Result<Reading> {
    let note = |it: u64| format!("Note {it} of run {}", stage.run);
    // The first one prepares statements, as a program that runs has done.
    edit(0, "The first")?;
    let time = seconds(|| (0..EDITS).try_for_each(|it| edit(it, &note(it))))?;
    Ok((time / EDITS as f64).into())
}

fn bulk_ours(stage: &Stage) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let device = Device::open(&scratch.path().join("rows.db"), device::ONE)?;
    device.import("sessions", &sessions(stage))?;
    each_batch(stage, |batch| {
        let values: Vec<Values> = batch.iter().map(values).collect();
        seconds(|| {
            Ok(device.replica.write(|tx| {
                let mut values = values.into_iter();
                values.try_for_each(|it| tx.insert_values("messages", it).map(drop))
            })?)
        })
    })
}

fn bulk_bare(stage: &Stage) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let bare = Bare::create(&scratch.path().join("rows.db"))?;
    bare.insert("sessions", &sessions(stage))?;
    bare.be_durable()?;
    each_batch(stage, |batch| seconds(|| bare.insert("messages", &batch)))
}

fn sessions(stage: &Stage) -> Vec<Draft> {
    (0..stage.sessions()).map(data::session).collect()
}

fn values(draft: &Draft) -> Values {
    draft.row.cells().map(|(field, cell)| (field.to_string(), cell.value.clone())).collect()
}

fn each_batch(stage: &Stage, mut write: impl FnMut(Vec<Draft>) -> Result<f64>) -> Result<Reading> {
    let mut time = 0.0;
    for batch in batches((0..stage.rows).map(data::message)) {
        time += write(batch)?;
    }
    Ok((time / stage.rows as f64).into())
}
