//! The first sync of a device: everything goes up, or everything comes down.

use anyhow::{Result, ensure};
use driftline_core::Backend;

use super::import::insert;
use crate::{
    device::{self, ByPages, Device, Remote},
    reading::{Reading, Unit},
    scenario::Scenario,
    seconds,
    stage::{Prepared, Stage},
};

pub(super) const UP: Scenario = Scenario {
    name: "first-sync-up",
    what: "everything goes from a device to a new hub in a file",
    bare_does: "inserts into a new file",
    unit: Unit::PerSecond("rows"),
    needs: &[Prepared::Device],
    ours: up,
    bare: insert,
};

/// The remote answers page by page, as every remote can.
pub(super) const DOWN: Scenario = Scenario {
    name: "bootstrap",
    what: "everything comes from a hub in a file to a new device, page by page",
    bare_does: "inserts into a new file",
    unit: Unit::PerSecond("rows"),
    needs: &[Prepared::Hub],
    ours: by_pages,
    bare: insert,
};

/// The remote hands over its tables as they are.
pub(super) const SNAPSHOT: Scenario = Scenario {
    name: "bootstrap-snapshot",
    what: "everything comes from a hub in a file to a new device, at once",
    bare_does: "inserts into a new file",
    unit: Unit::PerSecond("rows"),
    needs: &[Prepared::Hub],
    ours: at_once,
    bare: insert,
};

fn up(stage: &Stage) -> Result<Reading> {
    let (scratch, path) = stage.copy_of(&stage.device())?;
    let device = Device::open(&path, device::ONE)?;
    let remote = Remote::open(&scratch.path().join("hub.db"))?;
    let mut sent = 0;
    let time = seconds(|| {
        sent = device.sync(&remote)?.sent;
        Ok(())
    })?;
    each(stage, time, sent)
}

fn by_pages(stage: &Stage) -> Result<Reading> {
    down(stage, &ByPages(&Remote::open(&stage.hub())?.0))
}

fn at_once(stage: &Stage) -> Result<Reading> {
    down(stage, &Remote::open(&stage.hub())?.0)
}

/// A new device takes everything from `remote`, whichever way it offers.
fn down(stage: &Stage, remote: &dyn Backend) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let device = Device::open(&scratch.path().join("rows.db"), device::OTHER)?;
    let mut received = 0;
    let time = seconds(|| {
        received = device.sync_with(remote)?.received;
        Ok(())
    })?;
    each(stage, time, received)
}

fn each(stage: &Stage, time: f64, rows: u64) -> Result<Reading> {
    let all = stage.rows + stage.sessions();
    ensure!(rows == all, "{rows} of {all} rows travelled");
    Ok((time / rows as f64).into())
}
