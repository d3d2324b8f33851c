//! What happened to a row, in order: who wrote it, when it was queued and sent, what
//! gave way.

use std::collections::BTreeMap;

use driftline_core::{
    DELETED_AT, Millis, Result, Stamp, Value,
    store::{Queued, ReadTx},
};

use driftline_text::shortened;

use super::{fields::Lost, hidden::owner, seen::Seen};
use crate::devices::Devices;

/// How many fields are named.
const NAMED: usize = 8;

/// Something that happened to a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When, where that is known.
    pub at: Option<Millis>,
    /// What, in a sentence.
    pub text: String,
    /// Whether it is why the row does not go on.
    pub stuck: bool,
}

pub(super) fn steps(
    tx: &dyn ReadTx,
    devices: &Devices,
    seen: &Seen,
    remote: Option<&str>,
) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    if seen.view.row.cells().any(|(_, cell)| !cell.stamp.is_person()) {
        steps.push(plain(None, imported(tx, seen)?));
    }
    steps.extend(writes(devices, seen));
    steps.extend(seen.log.iter().map(|it| {
        let lost = Lost::of(devices, it);
        plain(Some(lost.at), lost.words())
    }));
    let told = |it: &&Queued| remote.is_some() || it.excluded().is_some();
    steps.extend(seen.queue.iter().filter(told).flat_map(sending));
    // What has no time comes first: the reading of a transcript has none of its own.
    steps.sort_by_key(|it| it.at);
    Ok(steps)
}

fn plain(at: Option<Millis>, text: String) -> Step {
    Step { at, text, stuck: false }
}

/// What a reader of transcripts says, and which one.
fn imported(tx: &dyn ReadTx, seen: &Seen) -> Result<String> {
    let mut reader = seen.view.value("source").and_then(Value::as_str).map(str::to_owned);
    if reader.is_none()
        && let Some(entity) = seen.descriptor
        && let Some((_, owner)) = owner(tx, entity, &seen.view)?
    {
        reader = owner.value("source").and_then(Value::as_str).map(str::to_owned);
    }
    let cells = seen.view.row.cells().filter(|(_, cell)| !cell.stamp.is_person());
    let fields = named(cells.map(|(field, _)| field.as_ref()));
    Ok(match reader {
        Some(reader) => {
            format!("Read from a transcript of {}: {fields}", shortened(&reader, 40))
        }
        None => format!("Read from a transcript: {fields}"),
    })
}

/// What people wrote: what one of them wrote at one moment is one step.
fn writes(devices: &Devices, seen: &Seen) -> Vec<Step> {
    let mut moments: BTreeMap<(Millis, u64), (Stamp, Vec<&str>)> = BTreeMap::new();
    let now = seen.view.row.cells().map(|(field, cell)| (field.as_ref(), cell.stamp));
    let before = seen.log.iter().map(|it| (it.field.as_str(), it.lost_stamp));
    for (field, stamp) in now.chain(before).filter(|(_, stamp)| stamp.is_person()) {
        let moment = moments.entry((stamp.millis(), stamp.node())).or_insert((stamp, Vec::new()));
        if !moment.1.contains(&field) {
            moment.1.push(field);
        }
    }
    let mut born = seen.view.row.cells().all(|(_, cell)| cell.stamp.is_person());
    let mut steps = Vec::new();
    for ((at, _), (stamp, fields)) in moments {
        let device = devices.name(stamp).unwrap_or_default();
        let others: Vec<_> = fields.iter().copied().filter(|it| *it != DELETED_AT).collect();
        if !others.is_empty() {
            let what = if born { "Created" } else { "Written" };
            let fields = named(others.into_iter());
            steps.push(plain(Some(at), format!("{what} on {device}: {fields}")));
            born = false;
        }
        if fields.contains(&DELETED_AT) {
            let last = seen.view.row.cell(DELETED_AT).filter(|it| it.stamp == stamp);
            let what = match last {
                Some(it) if it.value.is_null() => "Restored",
                Some(_) => "Deleted",
                None => "Deleted or restored",
            };
            steps.push(plain(Some(at), format!("{what} on {device}")));
        }
    }
    steps
}

/// What the queue knows: since when it waits, how often sending it failed, what came back.
fn sending(entry: &Queued) -> Vec<Step> {
    let fields = named(entry.fields.keys().map(AsRef::as_ref));
    let waits = match (entry.excluded(), entry.held()) {
        (Some(rule), _) => format!("Changed, and kept on this device by {rule}: {fields}"),
        (None, Some(_)) => format!("Changed, and held on this device: {fields}"),
        (None, None) => format!("Waits to be sent: {fields}"),
    };
    let mut steps = vec![plain(Some(entry.created_at), waits)];
    let at = Some(entry.created_at);
    match entry.attempts {
        0 => (),
        1 => steps.push(plain(at, "Sending it failed once".into())),
        many => steps.push(plain(at, format!("Sending it failed {many} times"))),
    }
    if let Some(reason) = entry.parked() {
        let text = format!("Refused, and kept here: {reason}");
        steps.push(Step { at, text, stuck: true });
    } else if let Some(answer) = &entry.last_error {
        steps.push(plain(at, format!("The last answer: {answer}")));
    }
    steps
}

/// Names of fields in a line.
pub(super) fn named<'a>(fields: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<_> = fields.collect();
    let more = all.len().saturating_sub(NAMED);
    let mut text = all.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}
