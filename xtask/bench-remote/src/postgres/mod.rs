//! A database beside its own COPY.

mod copy;
mod line;
mod server;
mod trips;

use std::{fs, sync::Arc};

use anyhow::{Result, ensure};
use driftline::OwnThread;
use driftline_core::{Schema, SetUp as _, Start};
use driftline_postgres::{Address, Postgres};
use xtask_bench::{
    bare::Bare,
    reading::{Reading, Unit},
    report::Named,
    seconds,
};

pub(crate) use self::server::Server;
use self::{
    server::address,
    trips::{bare_trips, trips},
};
use crate::{
    device::{Device, environment},
    rows,
    scenario::Scenario,
    secrets::Files,
    stage::{Prepared, Stage, copy as copy_file, runtime},
};

/// Databases that are made once.
const FILLED: &str = "filled";
const PLAIN: &str = "plain";
const SEALED: &str = "sealed";

/// What there is, in the order in which it is shown.
pub(crate) static ALL: &[Scenario] = &[
    Scenario {
        named: Named {
            name: "first-sync-up",
            what: "everything goes from a device to a new database",
            bare_does: "reads plain tables of SQLite, and COPY into plain tables",
            unit: Unit::PerSecond("rows"),
        },
        needs: &[Prepared::Device, Prepared::Plain],
        ours: |stage| up(stage, false),
        bare: bare_up,
    },
    Scenario {
        named: Named {
            name: "first-sync-down",
            what: "everything comes from a database to a new device",
            bare_does: "COPY out of plain tables, and inserts into plain tables of SQLite",
            unit: Unit::PerSecond("rows"),
        },
        needs: &[Prepared::Database, Prepared::PlainDatabase],
        ours: |stage| down(stage, false),
        bare: bare_down,
    },
    Scenario {
        named: Named {
            name: "sealed-sync-up",
            what: "everything goes from a device to a new database whose rows are sealed",
            bare_does: "reads plain tables of SQLite, and COPY into plain tables",
            unit: Unit::PerSecond("rows"),
        },
        needs: &[Prepared::Device, Prepared::Plain],
        ours: |stage| up(stage, true),
        bare: bare_up,
    },
    Scenario {
        named: Named {
            name: "sealed-sync-down",
            what: "everything comes from a database whose rows are sealed to a new device",
            bare_does: "COPY out of plain tables, and inserts into plain tables of SQLite",
            unit: Unit::PerSecond("rows"),
        },
        needs: &[Prepared::SealedDatabase, Prepared::PlainDatabase],
        ours: |stage| down(stage, true),
        bare: bare_down,
    },
    Scenario {
        named: Named {
            name: "one-change",
            what: "one changed row, from the edit's end until another device has stored it",
            bare_does: "updates the row, and selects it elsewhere",
            unit: Unit::Millis,
        },
        needs: &[Prepared::Database, Prepared::PlainDatabase],
        ours: |stage| trips(stage, 0).map(|it| it.0),
        bare: |stage| bare_trips(stage, 0).map(|it| it.0),
    },
    Scenario {
        named: Named {
            name: "one-change-10-ms",
            what: "the same where an answer takes 10 ms, 5 each way",
            bare_does: "the same",
            unit: Unit::Millis,
        },
        needs: &[Prepared::Database, Prepared::PlainDatabase],
        ours: |stage| trips(stage, 10).map(|it| it.0),
        bare: |stage| bare_trips(stage, 10).map(|it| it.0),
    },
    Scenario {
        named: Named {
            name: "one-change-trips",
            what: "how often that waits for an answer",
            bare_does: "the same",
            unit: Unit::Trips,
        },
        needs: &[Prepared::Database, Prepared::PlainDatabase],
        ours: |stage| trips(stage, 10).map(|it| it.1),
        bare: |stage| bare_trips(stage, 10).map(|it| it.1),
    },
    Scenario {
        named: Named {
            name: "size",
            what: "what the tables of the engine take, with their indexes",
            bare_does: "the JSON of the rows",
            unit: Unit::Megabytes,
        },
        needs: &[Prepared::Database],
        ours: |stage| size(stage, FILLED),
        bare: json,
    },
    Scenario {
        named: Named {
            name: "sealed-size",
            what: "the same of rows that are sealed",
            bare_does: "the JSON of the rows",
            unit: Unit::Megabytes,
        },
        needs: &[Prepared::SealedDatabase],
        ours: |stage| size(stage, SEALED),
        bare: json,
    },
];

/// The engine's remote at an address.
fn open(address: &str) -> Result<Postgres> {
    let address = Address::read(address)?;
    Ok(Postgres::new(address, Schema::registered()?, environment()?, None))
}

/// The same where rows are sealed, with the key in the folder of `stage`.
fn open_sealed(stage: &Stage, database: &str) -> Result<Postgres> {
    let address = Address::read(&address(stage.server()?, database))?;
    let own = stage.folder.join(format!("own-{database}"));
    fs::create_dir_all(&own)?;
    let secrets = Some(Files::secrets(&own));
    Ok(Postgres::new(address, Schema::registered()?, environment()?, secrets).sealed(true))
}

/// A remote as programs use it.
fn in_use(remote: Postgres) -> Result<OwnThread> {
    Ok(OwnThread::of(Arc::new(remote))?)
}

/// A database for `stage` whose tables are there.
async fn begin(stage: &Stage, database: &str, is_sealed: bool) -> Result<OwnThread> {
    server::create(stage.server()?, database).await?;
    let remote = match is_sealed {
        true => open_sealed(stage, database)?,
        false => open(&address(stage.server()?, database))?,
    };
    remote.begin(Start::Join).await?;
    in_use(remote)
}

/// Fills a database, and two devices.
pub(crate) fn fill(stage: &Stage) -> Result<()> {
    copy_file(&stage.device(), &stage.world("one"))?;
    runtime()?.block_on(async {
        let remote = begin(stage, FILLED, false).await?;
        Device::open(&stage.world("one"))?.sync(&remote).await?;
        Device::open(&stage.world("other"))?.sync(&remote).await?;
        Ok(())
    })
}

/// Fills a database with sealed rows.
pub(crate) fn fill_sealed(stage: &Stage) -> Result<()> {
    let path = stage.folder.join("sealed.db");
    copy_file(&stage.device(), &path)?;
    runtime()?.block_on(async {
        let remote = begin(stage, SEALED, true).await?;
        Device::open(&path)?.sync(&remote).await?;
        Ok(())
    })
}

/// Fills plain tables of a database.
pub(crate) fn fill_plain(stage: &Stage) -> Result<()> {
    let server = stage.server()?;
    runtime()?.block_on(async {
        server::create(server, PLAIN).await?;
        let client = server::client(server, PLAIN).await?;
        copy::make_tables(&client).await?;
        copy::copy_in(&Bare::open(&stage.plain())?, &client).await?;
        Ok(())
    })
}

/// Seconds for one of all rows.
fn each(stage: &Stage, seconds: f64, rows: u64) -> Result<Reading> {
    let all = stage.all();
    ensure!(rows == all, "{rows} of {all} rows travelled");
    Ok((seconds / all as f64).into())
}

fn up(stage: &Stage, is_sealed: bool) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let path = scratch.path().join("rows.db");
    copy_file(&stage.device(), &path)?;
    let (device, runtime) = (Device::open(&path)?, runtime()?);
    let name = if is_sealed { "sealed_up" } else { "up" };
    let remote = runtime.block_on(begin(stage, &format!("{name}{}", stage.run), is_sealed))?;
    let mut sent = 0;
    let time = seconds(|| {
        sent = runtime.block_on(device.sync(&remote))?.sent;
        Ok(())
    })?;
    each(stage, time, sent)
}

fn bare_up(stage: &Stage) -> Result<Reading> {
    let (server, runtime, bare) = (stage.server()?, runtime()?, Bare::open(&stage.plain())?);
    let database = format!("plain{}", stage.run);
    let client = runtime.block_on(async {
        server::create(server, &database).await?;
        let client = server::client(server, &database).await?;
        copy::make_tables(&client).await?;
        anyhow::Ok(client)
    })?;
    let mut sent = 0;
    let time = seconds(|| {
        sent = runtime.block_on(copy::copy_in(&bare, &client))?;
        Ok(())
    })?;
    each(stage, time, sent)
}

fn down(stage: &Stage, is_sealed: bool) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let (device, runtime) = (Device::open(&scratch.path().join("rows.db"))?, runtime()?);
    let remote = match is_sealed {
        true => open_sealed(stage, SEALED)?,
        false => open(&address(stage.server()?, FILLED))?,
    };
    let remote = in_use(remote)?;
    let mut received = 0;
    let time = seconds(|| {
        received = runtime.block_on(device.sync(&remote))?.received;
        Ok(())
    })?;
    // Of a session that other scenarios changed, the last state travels.
    each(stage, time, received)
}

fn bare_down(stage: &Stage) -> Result<Reading> {
    let (scratch, runtime) = (stage.scratch()?, runtime()?);
    let bare = Bare::create(&scratch.path().join("rows.db"))?;
    let client = runtime.block_on(server::client(stage.server()?, PLAIN))?;
    let mut received = 0;
    let time = seconds(|| {
        received = runtime.block_on(copy::copy_out(&client, &bare))?;
        Ok(())
    })?;
    each(stage, time, received)
}

fn size(stage: &Stage, database: &str) -> Result<Reading> {
    runtime()?.block_on(async {
        let client = server::client(stage.server()?, database).await?;
        client.batch_execute("VACUUM driftline._rows").await?;
        let size = "SELECT pg_total_relation_size('driftline._rows')::float8";
        let row = client.query_one(size, &[]).await?;
        Ok(row.try_get::<_, f64>(0)?.into())
    })
}

fn json(stage: &Stage) -> Result<Reading> {
    Ok((rows::json_bytes(stage)? as f64).into())
}
