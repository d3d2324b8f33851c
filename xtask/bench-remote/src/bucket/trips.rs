//! One changed row from a device to another, through a bucket.

use std::time::Duration;

use anyhow::{Result, ensure};
use object_store::path::Path as Name;
use xtask_bench::{median, reading::Reading, seconds};

use super::{NEVER, object, open, place::Place};
use crate::{
    device::{Device, environment},
    stage::{Stage, runtime},
};

/// How often one change is measured in a run.
const TRIPS: u64 = 10;
/// How many changes go before, which are not measured.
const WARM: u64 = 2;

/// One change after the other, with calls that take `latency` milliseconds longer: seconds for
/// one, and how many calls it made.
pub(super) fn trips(stage: &Stage, latency: u64) -> Result<(Reading, Reading)> {
    let one = Device::open(&stage.world("one"))?;
    let other = Device::open(&stage.world("other"))?;
    let places = (open(stage, "bucket", "one", latency)?, open(stage, "bucket", "other", latency)?);
    let (from, to) = (places.0.bucket(NEVER)?, places.1.bucket(NEVER)?);
    let runtime = runtime()?;
    runtime.block_on(async {
        one.sync(&from).await?;
        other.sync(&to).await
    })?;
    each_trip(stage, &[&places.0, &places.1], |session, note| {
        one.note(session, note)?;
        seconds(|| {
            runtime.block_on(async {
                let sent = one.send(&from).await?;
                let received = other.sync(&to).await?;
                let calls = (sent.sent, received.received, sent.calls, received.calls);
                ensure!(calls == (1, 1, 1, 1), "one change took more: {calls:?}");
                Ok(())
            })
        })
    })
}

pub(super) fn bare_trips(stage: &Stage, latency: u64) -> Result<(Reading, Reading)> {
    let scratch = stage.scratch()?;
    let place = Place::open(scratch.path(), scratch.path(), Duration::from_millis(latency))?;
    let runtime = runtime()?;
    each_trip(stage, &[&place], |session, note| {
        seconds(|| {
            runtime.block_on(async {
                let name = Name::from(session.to_string());
                object::put_bytes(note.as_bytes(), &*place.store, &name).await?;
                let found = object::get_bytes(&*place.store, &name).await?;
                ensure!(found == note.as_bytes(), "another note is there");
                Ok(())
            })
        })
    })
}

/// Changes one session after the other. The first ones are for what is looked up once.
fn each_trip(
    stage: &Stage,
    places: &[&Place],
    mut change: impl FnMut(u64, &str) -> Result<f64>,
) -> Result<(Reading, Reading)> {
    // No two parts may write the same note: it would be no change.
    let drawn = environment()?.random();
    let (mut times, mut waits) = (Vec::new(), Vec::new());
    let calls = || places.iter().map(|it| it.store.calls()).sum::<u64>();
    for number in 0..TRIPS + WARM {
        let note = format!("Note {number} of run {}, {drawn:016x}", stage.run);
        calls();
        let time = change(number % stage.sessions(), &note)?;
        if number >= WARM {
            times.push(time);
            waits.push(calls() as f64);
        }
    }
    Ok((median(times).into(), median(waits).into()))
}
