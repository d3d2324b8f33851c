//! Rows as a reader of transcripts hands them out, into a new file.

use anyhow::Result;

use crate::{
    bare::Bare,
    data::{self, Draft},
    device::{self, Device},
    reading::{Reading, Unit},
    scenario::Scenario,
    seconds,
    stage::{Stage, batches},
};

pub(super) const ROWS: Scenario = Scenario {
    name: "import-rows",
    what: "an import of rows into a new file, 1 000 in a transaction",
    bare_does: "inserts into a new file, as many in a transaction",
    unit: Unit::PerSecond("rows"),
    needs: &[],
    ours,
    bare: insert,
};

fn ours(stage: &Stage) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let device = Device::open(&scratch.path().join("rows.db"), device::ONE)?;
    fill(stage, |entity, batch| device.import(entity, batch))
}

/// Also what a first sync is compared with.
pub(super) fn insert(stage: &Stage) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let bare = Bare::create(&scratch.path().join("rows.db"))?;
    fill(stage, |entity, batch| bare.insert(entity, batch))
}

/// Seconds for one row. Making up rows does not count.
fn fill(stage: &Stage, write: impl Fn(&'static str, &[Draft]) -> Result<()>) -> Result<Reading> {
    let (mut time, mut count) = (0.0, 0);
    let sessions = batches((0..stage.sessions()).map(data::session)).map(|it| ("sessions", it));
    let messages = batches((0..stage.rows).map(data::message)).map(|it| ("messages", it));
    for (entity, batch) in sessions.chain(messages) {
        time += seconds(|| write(entity, &batch))?;
        count += batch.len();
    }
    Ok((time / count as f64).into())
}
