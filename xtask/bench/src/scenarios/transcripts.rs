//! Transcripts of an agent, from their files to rows.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    ops::ControlFlow,
};

use anyhow::{Context, Result, ensure};
use driftline_core::{Durability, Replica};
use driftline_transcripts::{Batch, Found, Part, Secrets, find, read_ahead};
use rusqlite::{CachedStatement, Connection};
use serde_json::Value;

use crate::{
    bare::Bare,
    device::{self, Device},
    reading::{Reading, Unit},
    scenario::Scenario,
    seconds,
    stage::{Prepared, Stage},
};

pub(super) const TRANSCRIPTS: Scenario = Scenario {
    name: "import-transcripts",
    what: "an import of Claude Code's transcripts into a new file",
    bare_does: "parses the same lines with serde_json, and inserts each one's id and text",
    unit: Unit::PerSecond("MB"),
    needs: &[Prepared::Transcripts],
    ours,
    bare,
};

/// Lines in a transaction, as the reader has them.
const BATCH: usize = 500;

fn ours(stage: &Stage) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let device = Device::open(&scratch.path().join("rows.db"), device::ONE)?;
    let found = files(stage)?;
    let time = seconds(|| import(&device.replica, &found))?;
    let rows = device.replica.count("messages", &driftline_core::store::Find::new())?;
    ensure!(rows == stage.rows, "{rows} messages of {} came in", stage.rows);
    per_megabyte(time, &found)
}

/// As the program does it: while a batch is stored in one transaction with how far its file
/// is read, the next one is read.
fn import(replica: &Replica, found: &[Found]) -> Result<()> {
    let mut failed = Ok(());
    read_ahead(found, Secrets::Redact, |_| None, &mut |it, part| {
        let done = match part {
            Part::Rows(batch) => store(replica, it, batch),
            Part::End(end) => end.map(drop).map_err(Into::into),
        };
        match done {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Err(error);
                ControlFlow::Break(())
            }
        }
    });
    failed
}

fn store(replica: &Replica, found: &Found, batch: Batch) -> Result<()> {
    let key = format!("import:{}", found.path.display());
    let note = serde_json::to_string(&batch.checkpoint)?;
    replica.write_with(Durability::Normal, |tx| {
        for it in batch.drafts {
            let entity = tx.reading().schema().entity(it.entity)?;
            let cells = it.cells.into_iter();
            let cells = cells.map(|(field, value, stamp)| (field.into(), value, stamp));
            let local = it.local.into_iter().map(|(field, value)| (field.into(), value));
            tx.import(entity, it.id, cells.collect(), local.collect())?;
        }
        tx.set_value(&key, Some(&note))
    })?;
    Ok(())
}

fn bare(stage: &Stage) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let bare = Bare::open(&scratch.path().join("rows.db"))?;
    bare.connection.execute_batch("CREATE TABLE records (id TEXT PRIMARY KEY, raw TEXT)")?;
    let found = files(stage)?;
    let time = seconds(|| found.iter().try_for_each(|it| insert(&bare, it)))?;
    per_megabyte(time, &found)
}

fn insert(bare: &Bare, found: &Found) -> Result<()> {
    let mut lines = BufReader::with_capacity(1 << 18, File::open(&found.path)?).lines().peekable();
    while lines.peek().is_some() {
        bare.transact(|| {
            let mut statement = statement(&bare.connection)?;
            for line in lines.by_ref().take(BATCH) {
                let line = line?;
                let record: Value = serde_json::from_str(&line)?;
                let id = record["uuid"].as_str().context("a record has no id")?;
                statement.execute((id, &line))?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn statement(connection: &Connection) -> rusqlite::Result<CachedStatement<'_>> {
    connection.prepare_cached("INSERT INTO records (id, raw) VALUES (?1, ?2)")
}

fn files(stage: &Stage) -> Result<Vec<Found>> {
    let (found, problems) = find(&stage.transcripts());
    ensure!(problems.is_empty() && !found.is_empty(), "transcripts cannot be read: {problems:?}");
    Ok(found)
}

fn per_megabyte(time: f64, found: &[Found]) -> Result<Reading> {
    let mut bytes = 0;
    for it in found {
        bytes += fs::metadata(&it.path)?.len();
    }
    Ok((time / bytes as f64 * 1e6).into())
}
