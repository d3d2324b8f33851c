//! What a page or a command reads.

use anyhow::{Result, ensure};
use driftline_core::Id;

use crate::{
    bare::Bare,
    device::{self, Device},
    reading::{Reading, Unit},
    scenario::Scenario,
    seconds,
    stage::{Prepared, Stage},
};

pub(super) const GET: Scenario = Scenario {
    name: "get",
    what: "a message by its id",
    bare_does: "a select of all columns",
    unit: Unit::PerSecond("rows"),
    needs: &[Prepared::Device, Prepared::Plain],
    ours: get_ours,
    bare: get_bare,
};

pub(super) const LIST: Scenario = Scenario {
    name: "local-query-list",
    what: "the newest 50 messages of a session",
    bare_does: "a select with the same index",
    unit: Unit::PerSecond("lists"),
    needs: &[Prepared::Device, Prepared::Plain],
    ours: list_ours,
    bare: list_bare,
};

const GETS: u64 = 10_000;
const LISTS: u64 = 500;

fn get_ours(stage: &Stage) -> Result<Reading> {
    let device = Device::open(&stage.device(), device::ONE)?;
    gets(stage, |id| device.get(id))
}

fn get_bare(stage: &Stage) -> Result<Reading> {
    let bare = Bare::open(&stage.plain())?;
    gets(stage, |id| bare.get(id))
}

fn gets(stage: &Stage, get: impl Fn(Id) -> Result<()>) -> Result<Reading> {
    let ids: Vec<Id> = (0..GETS).map(|it| stage.some_message(it)).collect();
    let time = seconds(|| ids.iter().try_for_each(|id| get(*id)))?;
    Ok((time / GETS as f64).into())
}

fn list_ours(stage: &Stage) -> Result<Reading> {
    let device = Device::open(&stage.device(), device::ONE)?;
    lists(stage, |session| device.newest(session))
}

fn list_bare(stage: &Stage) -> Result<Reading> {
    let bare = Bare::open(&stage.plain())?;
    lists(stage, |session| bare.newest(session))
}

fn lists(stage: &Stage, list: impl Fn(Id) -> Result<usize>) -> Result<Reading> {
    let sessions: Vec<Id> = (0..LISTS).map(|it| stage.some_session(it)).collect();
    let time = seconds(|| {
        sessions.iter().try_for_each(|session| {
            let found = list(*session)?;
            ensure!(found == 50, "a list has {found} rows");
            Ok(())
        })
    })?;
    Ok((time / LISTS as f64).into())
}
