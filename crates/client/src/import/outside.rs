//! What only this machine can see of its transcripts: which could not be read, and which
//! their agents are about to delete.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use driftline_core::{Durability, Millis, Replica, Result, store::ReadTx};
use driftline_reading::inbox::{Expiring, Outside, Unread};
use driftline_transcripts::{Checkpoint, Found, Problem, Reader, find_below};
use serde::{Deserialize, Serialize};

use super::{Report, file, places::Places};

/// Under which name the store keeps what could not be read.
const PROBLEMS: &str = "import.problems";

/// Under which name the store keeps when each agent's transcripts were last imported.
const LAST: &str = "import.last";

/// How many problems are kept: nobody looks at more, and they may be a whole disk's.
const KEPT: usize = 200;

const DAY: Millis = 24 * 60 * 60 * 1_000;

/// How long before its end a transcript is about to be deleted.
const SOON: Millis = 3 * DAY;

/// What was wrong with a file when it was last tried.
#[derive(Serialize, Deserialize)]
struct Noted {
    reason: String,
    at: Millis,
}

type Problems = BTreeMap<String, Noted>;

/// Notes what an import could not read, of the files that it `tried` or of all there are, and
/// whose transcripts it read. What it could is no problem any more, and of what was wrong
/// before, the time stays.
pub(super) fn note(replica: &Replica, tried: Option<&[Found]>, report: &Report) -> Result<()> {
    let Report { problems, files, .. } = report;
    let now = replica.now();
    let was_tried = |path: &str| match tried {
        Some(tried) => tried.iter().any(|it| it.path.to_string_lossy() == path),
        None => true,
    };
    replica.write_with(Durability::Normal, |tx| {
        let mut known = load(tx.reading())?;
        let noted = problems.iter().filter(|it| !it.path.is_empty()).take(KEPT).map(|it| {
            let before = known.get(&it.path).filter(|before| before.reason == it.reason);
            let at = before.map_or(now, |before| before.at);
            (it.path.clone(), Noted { reason: it.reason.clone(), at })
        });
        let fresh: Problems = noted.collect();
        known.retain(|path, _| !was_tried(path));
        known.extend(fresh);
        let noted = known;
        let text = if noted.is_empty() { None } else { serde_json::to_string(&noted).ok() };
        if text != tx.value(PROBLEMS)? {
            tx.set_value(PROBLEMS, text.as_deref())?;
        }
        let mut last = last(tx.reading())?;
        last.extend(files.iter().map(|it| (it.tool.to_owned(), now)));
        tx.set_value(LAST, serde_json::to_string(&last).ok().as_deref())
    })
}

fn load(tx: &dyn ReadTx) -> Result<Problems> {
    let text = tx.meta(PROBLEMS)?;
    Ok(text.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default())
}

/// When the transcripts of each agent were last imported.
pub(super) fn last(tx: &dyn ReadTx) -> Result<BTreeMap<String, Millis>> {
    let text = tx.meta(LAST)?;
    Ok(text.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default())
}

/// What could not be read. A file that is gone is no problem any more.
pub(super) fn problems(tx: &dyn ReadTx) -> Result<impl Iterator<Item = (Problem, Millis)>> {
    let known = load(tx)?.into_iter().filter(|(path, _)| Path::new(path).exists());
    Ok(known.map(|(path, it)| (Problem { path, reason: it.reason }, it.at)))
}

/// What this machine shows of its transcripts now. Opens none of them.
pub fn outside(replica: &Replica) -> Result<Outside> {
    let places = Places::of_user().ok();
    let now = replica.env().wall();
    replica.read(|tx| {
        let problems = problems(tx)?;
        let problems = problems.map(|(Problem { path, reason }, at)| Unread { path, reason, at });
        let mut expiring = Vec::new();
        for (reader, place) in places.iter().flat_map(Places::each) {
            expiring.extend(soon(tx, reader, place, now)?);
        }
        Ok(Outside { problems: problems.collect(), expiring })
    })
}

/// What `reader`'s agent is about to delete in `place`.
fn soon(
    tx: &dyn ReadTx,
    reader: &'static Reader,
    place: &Path,
    now: Millis,
) -> Result<Option<Expiring>> {
    let Some(days) = (reader.keeps)(place) else { return Ok(None) };
    let mut all: Option<Expiring> = None;
    for found in find_below(place, reader).0 {
        let Ok(data) = fs::metadata(&found.path) else { continue };
        let Some(written) = data.modified().ok().and_then(millis) else { continue };
        let goes_at = written.saturating_add(days.saturating_mul(DAY));
        if goes_at > now.saturating_add(SOON) {
            continue;
        }
        let note = tx.meta(&file::key(&found))?;
        let read: Option<Checkpoint> = note.and_then(|it| serde_json::from_str(&it).ok());
        let is_safe = read.is_some_and(|it| it.covers(&found));
        let it = all.get_or_insert_with(|| Expiring {
            tool: reader.tool.to_owned(),
            files: 0,
            safe: 0,
            days,
            first_at: goes_at,
            first_unsafe_at: None,
        });
        it.files += 1;
        it.first_at = it.first_at.min(goes_at);
        if is_safe {
            it.safe += 1;
        } else {
            it.first_unsafe_at = Some(it.first_unsafe_at.map_or(goes_at, |at| at.min(goes_at)));
        }
    }
    Ok(all)
}

fn millis(time: SystemTime) -> Option<Millis> {
    u64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}
