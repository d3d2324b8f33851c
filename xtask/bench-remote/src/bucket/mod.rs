//! A sealed bucket beside one object with everything in it.

mod object;
mod place;
mod trips;

use std::{fs, path::Path, time::Duration};

use anyhow::{Result, ensure};
use driftline::OwnThread;
use driftline_bucket::Options;
use driftline_core::{Backend, SetUp as _, Start};
use object_store::path::Path as Name;
use tempfile::TempDir;
use xtask_bench::{
    bare::Bare,
    reading::{Reading, Unit},
    report::Named,
    seconds,
};

use self::{
    place::Place,
    trips::{bare_trips, trips},
};
use crate::{
    device::{ByPages, Device},
    rows,
    scenario::Scenario,
    stage::{Prepared, Stage, copy, runtime},
};

const WORLDS: &[Prepared] = &[Prepared::Bucket];

/// What there is, in the order in which it is shown.
pub(crate) static ALL: &[Scenario] = &[
    Scenario {
        named: Named {
            name: "first-sync-up",
            what: "everything goes from a device to a new bucket",
            bare_does: "reads plain tables of SQLite, and puts them as one sealed object",
            unit: Unit::PerSecond("rows"),
        },
        needs: &[Prepared::Device, Prepared::Plain],
        ours: up,
        bare: bare_up,
    },
    Scenario {
        named: Named {
            name: "first-sync-down",
            what: "everything comes from the entries of a bucket to a new device, page by page",
            bare_does: "gets the object, and inserts into plain tables of SQLite",
            unit: Unit::PerSecond("rows"),
        },
        needs: &[Prepared::Bucket, Prepared::PlainObject],
        ours: by_pages,
        bare: bare_down,
    },
    Scenario {
        named: Named {
            name: "new-device-snapshot",
            what: "everything comes from the snapshot of a bucket to a new device",
            bare_does: "gets the object, and inserts into plain tables of SQLite",
            unit: Unit::PerSecond("rows"),
        },
        needs: &[Prepared::Snapshot, Prepared::PlainObject],
        ours: from_snapshot,
        bare: bare_down,
    },
    Scenario {
        named: Named {
            name: "one-change",
            what: "one changed row, from the edit's end until another device has stored it",
            bare_does: "puts a small sealed object, and gets it elsewhere",
            unit: Unit::Millis,
        },
        needs: WORLDS,
        ours: |stage| trips(stage, 0).map(|it| it.0),
        bare: |stage| bare_trips(stage, 0).map(|it| it.0),
    },
    Scenario {
        named: Named {
            name: "one-change-10-ms",
            what: "the same where each call takes 10 ms longer",
            bare_does: "the same",
            unit: Unit::Millis,
        },
        needs: WORLDS,
        ours: |stage| trips(stage, 10).map(|it| it.0),
        bare: |stage| bare_trips(stage, 10).map(|it| it.0),
    },
    Scenario {
        named: Named {
            name: "one-change-trips",
            what: "how many calls that makes",
            bare_does: "the same",
            unit: Unit::Trips,
        },
        needs: WORLDS,
        ours: |stage| trips(stage, 0).map(|it| it.1),
        bare: |stage| bare_trips(stage, 0).map(|it| it.1),
    },
    Scenario {
        named: Named {
            name: "size-snapshot",
            what: "what the objects of a snapshot take",
            bare_does: "the JSON of the rows",
            unit: Unit::Megabytes,
        },
        needs: &[Prepared::Snapshot],
        ours: |stage| size(stage, &["data", "snapshot"]),
        bare: json,
    },
    Scenario {
        named: Named {
            name: "size-bucket",
            what: "what all objects take, entries and a snapshot",
            bare_does: "the JSON of the rows",
            unit: Unit::Megabytes,
        },
        needs: &[Prepared::Snapshot],
        ours: |stage| size(stage, &["data", "entry", "snapshot"]),
        bare: json,
    },
];

/// Without a snapshot.
const NEVER: Options = Options { snapshot_every: u64::MAX, keep: u64::MAX };

/// The bucket of `stage`, as a device called `who` has it.
fn open(stage: &Stage, bucket: &str, who: &str, latency: u64) -> Result<Place> {
    let own = stage.folder.join(format!("own-{bucket}-{who}"));
    Place::open(&stage.folder.join(bucket), &own, Duration::from_millis(latency))
}

/// A device that is new to a bucket: it knows the key and nothing else.
fn newcomer(stage: &Stage, bucket: &str) -> Result<(TempDir, OwnThread, Device)> {
    let (scratch, known) = (stage.scratch()?, stage.folder.join(format!("own-{bucket}-one")));
    fs::copy(known.join("key"), scratch.path().join("key"))?;
    let place = Place::open(&stage.folder.join(bucket), scratch.path(), Duration::ZERO)?;
    let device = Device::open(&scratch.path().join("rows.db"))?;
    Ok((scratch, place.bucket(NEVER)?, device))
}

/// Fills a bucket, and two devices.
pub(crate) fn fill(stage: &Stage) -> Result<()> {
    copy(&stage.device(), &stage.world("one"))?;
    let (one, other) = (open(stage, "bucket", "one", 0)?, open(stage, "bucket", "other", 0)?);
    runtime()?.block_on(async {
        one.set_up()?.begin(Start::Join).await?;
        Device::open(&stage.world("one"))?.sync(&one.bucket(NEVER)?).await?;
        fs::copy(
            stage.folder.join("own-bucket-one/key"),
            stage.folder.join("own-bucket-other/key"),
        )?;
        Device::open(&stage.world("other"))?.sync(&other.bucket(NEVER)?).await?;
        Ok(())
    })
}

/// Another bucket of the same rows, whose last entry has a snapshot.
pub(crate) fn fill_snapshot(stage: &Stage) -> Result<()> {
    let one = open(stage, "long", "one", 0)?;
    let path = stage.folder.join("long.db");
    copy(&stage.device(), &path)?;
    let device = Device::open(&path)?;
    runtime()?.block_on(async {
        one.set_up()?.begin(Start::Join).await?;
        device.sync(&one.bucket(NEVER)?).await?;
        device.note(0, "the last change")?;
        let last = Options { snapshot_every: 1, ..NEVER };
        device.sync(&one.bucket(last)?).await?;
        Ok(())
    })
}

/// The rows as one object.
pub(crate) fn fill_plain(stage: &Stage) -> Result<()> {
    let place = open(stage, "object", "one", 0)?;
    let bare = Bare::open(&stage.plain())?;
    runtime()?.block_on(object::put(&bare, &*place.store, &Name::from("rows")))?;
    Ok(())
}

/// Seconds for one of all rows.
fn each(stage: &Stage, seconds: f64, rows: u64) -> Result<Reading> {
    let all = stage.all();
    ensure!(rows == all, "{rows} of {all} rows travelled");
    Ok((seconds / all as f64).into())
}

fn up(stage: &Stage) -> Result<Reading> {
    let scratch = stage.scratch()?;
    let path = scratch.path().join("rows.db");
    copy(&stage.device(), &path)?;
    let (device, runtime) = (Device::open(&path)?, runtime()?);
    let own = scratch.path().join("own");
    let place = Place::open(&scratch.path().join("bucket"), &own, Duration::ZERO)?;
    runtime.block_on(place.set_up()?.begin(Start::Join))?;
    let bucket = place.bucket(Options::default())?;
    let mut sent = 0;
    let time = seconds(|| {
        sent = runtime.block_on(device.sync(&bucket))?.sent;
        Ok(())
    })?;
    each(stage, time, sent)
}

fn bare_up(stage: &Stage) -> Result<Reading> {
    let (scratch, bare, runtime) = (stage.scratch()?, Bare::open(&stage.plain())?, runtime()?);
    let place = Place::open(&scratch.path().join("bucket"), scratch.path(), Duration::ZERO)?;
    let mut sent = 0;
    let time = seconds(|| {
        sent = runtime.block_on(object::put(&bare, &*place.store, &Name::from("rows")))?;
        Ok(())
    })?;
    each(stage, time, sent)
}

fn by_pages(stage: &Stage) -> Result<Reading> {
    let (_scratch, bucket, device) = newcomer(stage, "bucket")?;
    down(stage, &device, &ByPages(&bucket))
}

fn from_snapshot(stage: &Stage) -> Result<Reading> {
    let (_scratch, bucket, device) = newcomer(stage, "long")?;
    down(stage, &device, &bucket)
}

fn down(stage: &Stage, device: &Device, remote: &dyn Backend) -> Result<Reading> {
    let (runtime, mut received) = (runtime()?, 0);
    let time = seconds(|| {
        received = runtime.block_on(device.sync(remote))?.received;
        Ok(())
    })?;
    each(stage, time, received)
}

fn bare_down(stage: &Stage) -> Result<Reading> {
    let (scratch, runtime) = (stage.scratch()?, runtime()?);
    let bare = Bare::create(&scratch.path().join("rows.db"))?;
    let place = open(stage, "object", "one", 0)?;
    let mut received = 0;
    let time = seconds(|| {
        received = runtime.block_on(object::get(&*place.store, &Name::from("rows"), &bare))?;
        Ok(())
    })?;
    each(stage, time, received)
}

/// The bytes of the objects in these folders of the bucket with a snapshot.
fn size(stage: &Stage, folders: &[&str]) -> Result<Reading> {
    let sizes = folders.iter().map(|it| bytes_in(&stage.folder.join("long").join(it)));
    Ok((sizes.sum::<Result<u64>>()? as f64).into())
}

fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        bytes += if about.is_dir() { bytes_in(&entry.path())? } else { about.len() };
    }
    Ok(bytes)
}

fn json(stage: &Stage) -> Result<Reading> {
    Ok((rows::json_bytes(stage)? as f64).into())
}
