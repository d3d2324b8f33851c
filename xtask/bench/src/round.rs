//! Everything measured once, on new files.

use anyhow::{Result, ensure};
use driftline_core::{EntityDescriptor, Id, Schema};

use super::{
    Sample,
    bare::Bare,
    data::{self, Draft, PER_SESSION},
    device::{Device, Remote},
    report::median,
    seconds,
};

/// Rows in a transaction of an import.
const BATCH: u64 = 1_000;
/// Edits of a person.
const EDITS: u64 = 300;
/// Reads of a row.
const GETS: u64 = 10_000;
/// Listings of a session.
const LISTS: u64 = 500;
/// Listings of everything: without an index they read every row.
const LONG_LISTS: u64 = 5;
/// Rounds of one change that reaches another device.
const TRIPS: u64 = 20;

/// Measures everything with `rows` messages.
pub(super) fn run(rows: u64, ours_first: bool) -> Result<Vec<Sample>> {
    let schema = Schema::registered()?;
    let (sessions, messages) = (schema.entity("sessions")?, schema.entity("messages")?);
    let device = Device::new(1)?;
    let bare = Bare::new(&[sessions, messages])?;
    let turns = Turns { ours_first };
    let mut samples = Vec::new();

    let (ours, plain) = import(&device, &bare, rows, ours_first, sessions, messages)?;
    samples.push(sample("import", "insert", Some("rows"), (ours, plain)));

    bare.set_full(true)?;
    let note = |it: u64| format!("Note {it}");
    let edits = turns.each(
        EDITS,
        |it| device.note(any_session(rows, it), &note(it)),
        |it| bare.note(any_session(rows, it), &note(it)),
    )?;
    bare.set_full(false)?;
    samples.push(sample("edit by a person", "update", Some("edits"), edits));

    let some = |it: u64| data::message(data::mixed(it) % rows).id;
    let ids: Vec<Id> = (0..GETS).map(some).collect();
    let at = |it: u64| usize::try_from(it).map(|it| ids[it]);
    let gets = turns.each(GETS, |it| device.get(at(it)?), |it| bare.get(at(it)?))?;
    samples.push(sample("get by id", "select", Some("rows"), gets));
    let lists = turns.each(
        LISTS,
        |it| full(device.newest(Some(any_session(rows, it)))?),
        |it| full(bare.newest(Some(any_session(rows, it)))?),
    )?;
    samples.push(sample("newest 50 of a session", "select", Some("lists"), lists));
    let lists =
        turns.each(LONG_LISTS, |_| full(device.newest(None)?), |_| full(bare.newest(None)?))?;
    samples.push(sample("newest 50 of all", "select", None, lists));
    drop(bare);

    let large = World::new(device, plain, &mut samples)?;
    let small = Device::new(3)?;
    let unused = Bare::new(&[sessions, messages])?;
    import(&small, &unused, rows / 10, ours_first, sessions, messages)?;
    let small = World::new(small, plain, &mut Vec::new())?;
    let (mut ours, mut tenth) = (Vec::new(), Vec::new());
    for it in 0..TRIPS {
        ours.push(large.trip(any_session(rows, it), &note(it))?);
        tenth.push(small.trip(any_session(rows / 10, it), &note(it))?);
    }
    let trips = (median(ours), median(tenth));
    samples.push(sample("one change to another device", "a tenth of the rows", None, trips));
    Ok(samples)
}

fn sample(
    what: &'static str,
    against: &'static str,
    unit: Option<&'static str>,
    (ours, base): (f64, f64),
) -> Sample {
    Sample { what, against, unit, ours, base, calls: None }
}

/// Imports sessions and messages on both sides, chunk by chunk in turns. Returns seconds
/// for one message.
fn import(
    device: &Device,
    bare: &Bare,
    rows: u64,
    ours_first: bool,
    sessions: &'static EntityDescriptor,
    messages: &'static EntityDescriptor,
) -> Result<(f64, f64)> {
    let all: Vec<Draft> = (0..rows.div_ceil(PER_SESSION)).map(data::session).collect();
    device.import(sessions, &all)?;
    bare.insert(sessions, &all)?;
    let (mut ours, mut plain) = (0.0, 0.0);
    for start in (0..rows).step_by(usize::try_from(BATCH)?) {
        let drafts: Vec<_> = (start..rows.min(start + BATCH)).map(data::message).collect();
        let turns = Turns { ours_first };
        let both =
            turns.each(1, |_| device.import(messages, &drafts), |_| bare.insert(messages, &drafts));
        let (mine, theirs) = both?;
        ours += mine;
        plain += theirs;
    }
    Ok((ours / rows as f64, plain / rows as f64))
}

/// Some session; the same ones on both sides.
fn any_session(rows: u64, number: u64) -> Id {
    data::session(data::mixed(number) % (rows / PER_SESSION)).id
}

fn full(found: usize) -> Result<()> {
    ensure!(found == 50, "a list has {found} rows");
    Ok(())
}

/// Who comes first.
struct Turns {
    ours_first: bool,
}

impl Turns {
    /// Does both things `count` times, and returns seconds for one of each.
    fn each(
        &self,
        count: u64,
        mut ours: impl FnMut(u64) -> Result<()>,
        mut base: impl FnMut(u64) -> Result<()>,
    ) -> Result<(f64, f64)> {
        let mut ours = || seconds(|| (0..count).try_for_each(&mut ours));
        let mut base = || seconds(|| (0..count).try_for_each(&mut base));
        let (ours, base) = if self.ours_first {
            let first = ours()?;
            (first, base()?)
        } else {
            let first = base()?;
            (ours()?, first)
        };
        Ok((ours / count as f64, base / count as f64))
    }
}

/// Two devices and a hub that are equal.
struct World {
    one: Device,
    other: Device,
    remote: Remote,
}

impl World {
    /// Sends all that `one` has to a new hub, and from there to a new device.
    fn new(one: Device, plain: f64, samples: &mut Vec<Sample>) -> Result<Self> {
        let (remote, other) = (Remote::new()?, Device::new(2)?);
        for (what, device) in [("first sync up", &one), ("first sync down", &other)] {
            let mut report = None;
            let time = seconds(|| {
                report = Some(device.sync(&remote)?);
                Ok(())
            })?;
            let report = report.unwrap_or_default();
            let rows = report.sent + report.received;
            ensure!(rows > 0 && report.restarts == 0, "a sync did not go through: {report:?}");
            let ours = time / rows as f64;
            let measured = sample(what, "insert", Some("rows"), (ours, plain));
            samples.push(Sample { calls: Some(report.calls), ..measured });
        }
        Ok(Self { one, other, remote })
    }

    /// Takes one edit all the way to the other device, and returns how long that took.
    fn trip(&self, session: Id, note: &str) -> Result<f64> {
        self.one.note(session, note)?;
        seconds(|| {
            self.one.sync(&self.remote)?;
            let report = self.other.sync(&self.remote)?;
            ensure!(report.received == 1, "{} rows arrived instead of one", report.received);
            Ok(())
        })
    }
}
