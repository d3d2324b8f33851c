//! Many devices of one hub that come back at the same moment, and one row that changed. As in
//! the public bench, there are 200 rows, however many rows the other scenarios have.

use std::{
    sync::{Barrier, Mutex, PoisonError},
    thread,
};

use anyhow::{Context, Result, ensure};
use driftline_core::Schema;
use driftline_memory::MemoryStore;

use crate::{
    bare::Bare,
    data::{self, Draft},
    device::{self, Device, Remote},
    reading::{Reading, Unit},
    scenario::Scenario,
    seconds,
    stage::Stage,
};

pub(super) const STORM: Scenario = Scenario {
    name: "reconnect-storm",
    what: "500 clients in memory sync with one hub in a file at once, and find one changed row",
    bare_does: "500 threads read the row by 4 connections, each updates a database in memory",
    unit: Unit::Millis,
    needs: &[],
    ours,
    bare,
};

const CLIENTS: u64 = 500;
const ROWS: u64 = 200;
/// Connections that the hub's store reads with.
const CONNECTIONS: usize = 4;
const NOTE: &str = "Written while everybody was away";

fn rows() -> Vec<Draft> {
    (0..ROWS).map(data::session).collect()
}

fn ours(stage: &Stage) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let remote = Remote::open(&scratch.path().join("hub.db"))?;
    let writer = Device::open(&scratch.path().join("writer.db"), device::ONE)?;
    writer.import("sessions", &rows())?;
    writer.sync(&remote)?;
    let schema = Schema::registered()?;
    let client = |it: u64| -> Result<Device> {
        let client = Device::of(std::sync::Arc::new(MemoryStore::new(schema)), 10 + it)?;
        client.sync(&remote)?;
        Ok(client)
    };
    let clients: Vec<Device> = (0..CLIENTS).map(client).collect::<Result<_>>()?;
    writer.note(data::session(7).id, NOTE)?;
    writer.sync(&remote)?;
    all_at_once(clients, |client, _| {
        let received = client.sync(&remote)?.received;
        ensure!(received == 1, "{received} rows arrived instead of one");
        Ok(())
    })
}

fn bare(stage: &Stage) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let path = scratch.path().join("hub.db");
    let hub = Bare::create(&path)?;
    hub.insert("sessions", &rows())?;
    let client = |_| -> Result<Bare> {
        let client = Bare::in_memory()?;
        client.insert("sessions", &rows())?;
        Ok(client)
    };
    let clients: Vec<Bare> = (0..CLIENTS).map(client).collect::<Result<_>>()?;
    let changed = data::session(7).id;
    hub.note(changed, NOTE)?;
    let readers: Vec<Mutex<Bare>> =
        (0..CONNECTIONS).map(|_| Ok(Mutex::new(Bare::open(&path)?))).collect::<Result<_>>()?;
    all_at_once(clients, |client, number| {
        let reader = readers[number % CONNECTIONS].lock().unwrap_or_else(PoisonError::into_inner);
        let (note, _) = reader.noted(changed)?;
        drop(reader);
        client.note(changed, &note)
    })
}

/// How long it takes until `job` is done for every client, each in a thread of its own.
fn all_at_once<C: Send>(
    clients: Vec<C>,
    job: impl Fn(&C, usize) -> Result<()> + Sync,
) -> Result<Reading> {
    let start = Barrier::new(clients.len() + 1);
    let time = thread::scope(|scope| {
        let (job, start) = (&job, &start);
        let threads: Vec<_> = clients
            .into_iter()
            .enumerate()
            .map(|(number, client)| {
                scope.spawn(move || {
                    start.wait();
                    job(&client, number)
                })
            })
            .collect();
        start.wait();
        seconds(|| {
            for thread in threads {
                thread.join().ok().context("a client panicked")??;
            }
            Ok(())
        })
    })?;
    Ok(time.into())
}
