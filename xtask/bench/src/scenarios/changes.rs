//! Rows that change on one device and are seen on another.

use anyhow::{Result, ensure};
use driftline_core::Id;

use crate::{
    bare::Bare,
    device::{self, Device, Remote},
    median,
    reading::{Reading, Unit},
    scenario::Scenario,
    seconds,
    stage::{Prepared, Stage},
};

const WORLDS: &[Prepared] = &[Prepared::World, Prepared::PlainWorld];
const COPIES: &str = "updates the rows in a shared file, and from there in the other file";

pub(super) const ONE: Scenario = Scenario {
    name: "online-propagation",
    what: "one changed row, from the edit's end here until it is stored on another device",
    bare_does: COPIES,
    unit: Unit::Millis,
    needs: WORLDS,
    ours: |stage| ours(stage, 1, 20),
    bare: |stage| bare(stage, 1, 20),
};

pub(super) const HUNDRED: Scenario = Scenario {
    name: "online-propagation-100",
    what: "100 changed rows, in the same way",
    bare_does: COPIES,
    unit: Unit::Millis,
    needs: WORLDS,
    ours: |stage| ours(stage, 100, 5),
    bare: |stage| bare(stage, 100, 5),
};

pub(super) const OFFLINE: Scenario = Scenario {
    name: "offline-replay",
    what: "10 edits made offline, until they are stored on another device",
    bare_does: COPIES,
    unit: Unit::Millis,
    needs: WORLDS,
    ours: |stage| ours(stage, 10, 10),
    bare: |stage| bare(stage, 10, 10),
};

pub(super) const LARGE_QUEUE: Scenario = Scenario {
    name: "large-offline-queue",
    what: "1 000 edits made offline, until they are stored on another device",
    bare_does: COPIES,
    unit: Unit::Millis,
    needs: WORLDS,
    ours: |stage| ours(stage, 1_000, 3),
    bare: |stage| bare(stage, 1_000, 3),
};

/// So many rows change at once, so many times. Only what happens after the edits counts.
fn each_trip(
    stage: &Stage,
    count: u64,
    trips: u64,
    trip: impl Fn(&[(Id, String)]) -> Result<f64>,
) -> Result<Reading> {
    let mut times = Vec::new();
    for number in 0..trips {
        let start = (stage.run * trips + number) * count;
        let note = |it| format!("Note {it} of {count}, run {}, trip {number}", stage.run);
        let notes = (start..start + count).map(|it| (stage.session_to_change(it), note(it)));
        times.push(trip(&notes.collect::<Vec<_>>())?);
    }
    Ok(median(times).into())
}

fn ours(stage: &Stage, count: u64, trips: u64) -> Result<Reading> {
    let one = Device::open(&stage.world("one"), device::ONE)?;
    let other = Device::open(&stage.world("other"), device::OTHER)?;
    let remote = Remote::open(&stage.world("hub"))?;
    for device in [&one, &other] {
        device.sync(&remote)?;
    }
    each_trip(stage, count, trips, |notes| {
        // Each is an edit of its own; none waits for the disk, since that is not measured.
        for note in notes {
            one.note_many(std::slice::from_ref(note))?;
        }
        seconds(|| {
            one.sync(&remote)?;
            let received = other.sync(&remote)?.received;
            ensure!(received == count, "{received} rows arrived instead of {count}");
            Ok(())
        })
    })
}

fn bare(stage: &Stage, count: u64, trips: u64) -> Result<Reading> {
    let [one, hub, other] = ["one", "hub", "other"].map(|it| Bare::open(&stage.plain_world(it)));
    let (one, hub, other) = (one?, hub?, other?);
    each_trip(stage, count, trips, |notes| {
        for (id, note) in notes {
            one.note(*id, note)?;
        }
        seconds(|| {
            [(&one, &hub), (&hub, &other)].iter().try_for_each(|(from, to)| {
                to.transact(|| {
                    let mut ids = notes.iter().map(|it| it.0);
                    ids.try_for_each(|id| to.note(id, &from.noted(id)?.0))
                })
            })
        })
    })
}
