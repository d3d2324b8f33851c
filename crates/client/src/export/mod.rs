//! Everything in one file, and out of it again: to keep a copy that any program can read, or
//! to go on elsewhere without a remote. What a file never holds: who is signed in, which
//! device this is, what it remembers of its remote, and values that gave way.

mod format;
mod join;
mod lines;
mod take_out;
mod writer;

use std::{
    fs,
    path::{Path, PathBuf},
};

use driftline_core::{
    Millis, Replica, device,
    store::{Deleted, Find},
};
use driftline_private as private;
use serde::Serialize;

pub use self::{
    join::{Joined, LeftOut, join},
    lines::is_export,
};
pub(crate) use self::{take_out::take_out, writer::Writer};
use crate::{
    Client,
    code::code,
    error::{Context as _, Result},
    time,
};

const FOLDER: &str = "exports";

/// The folder of the exports of `profile`.
pub(crate) fn folder(profile: &Path) -> PathBuf {
    profile.join(FOLDER)
}

/// How far reading or writing a file is.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// How many rows are done.
    pub rows: u64,
    /// About how many there are.
    pub of: u64,
    /// How long it has taken.
    pub millis: Millis,
}

impl Step {
    /// How many rows a second that is.
    pub fn rate(&self) -> u64 {
        self.rows.saturating_mul(1_000) / self.millis.max(1)
    }
}

/// A file that was written.
#[derive(Clone, Debug, Serialize)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// How many rows are in it.
    pub rows: u64,
    /// How many bytes it is.
    pub bytes: u64,
    /// The comparison code of its rows.
    pub code: String,
    /// Changes in it that a rule of the config keeps on this device. The file does not say so.
    pub excluded: u64,
    /// Rows of the remote that this program cannot read. They are not in the file.
    pub set_aside: usize,
}

/// Writes every row of `replica`, as they are at one moment, to a new file, packed if its name
/// ends in `.zst`. It is there once it is whole, and readable for its owner alone.
///
/// # Errors
/// [`Error::Exists`](crate::Error::Exists); when the rows cannot be read, or the file cannot
/// be written.
pub fn write(replica: &Replica, path: &Path, tell: &mut dyn FnMut(Step)) -> Result<Written> {
    let env = replica.env();
    let begun = env.monotonic();
    // One consistent state, without keeping anybody from writing.
    let (to, excluded, set_aside) = replica.read(|tx| {
        let mut counts = format::Counts::new();
        for entity in tx.schema().tables() {
            let count = tx.count(entity.name, &Find::new().deleted(Deleted::Included))?;
            counts.insert(entity.name.to_owned(), count);
        }
        counts.retain(|_, count| *count > 0);
        let of = counts.values().sum();
        // What fails here is no failure of the rows, so it is handed out as it is.
        let to = Writer::create(path, counts, env.wall()).map(|mut to| {
            let written = device::export(tx, |row| {
                to.row(&row)?;
                let millis = env.monotonic().saturating_sub(begun);
                tell(Step { rows: to.rows(), of, millis });
                Ok(())
            });
            written.map(|()| to)
        });
        Ok((to, tx.queue_counts()?.excluded, device::unread(tx)?.len()))
    })?;
    let (sums, bytes) = to??.finish()?;
    let (path, code) = (path.to_owned(), code(&sums.digests));
    Ok(Written { path, rows: sums.count(), bytes, code, excluded, set_aside })
}

/// Writes every row of `replica` into a new file of the profile.
pub(super) fn all(client: &Client, replica: &Replica) -> Result<Written> {
    let folder = client.profile.path().join(FOLDER);
    private::create_folder(&folder)
        .with_context(|| format!("{} cannot be written; free some space", folder.display()))?;
    write(replica, &free(&folder, client)?, &mut |_| ())
}

/// The exports of a profile, oldest first.
pub(super) fn made(profile: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(profile.join(FOLDER)) else { return Vec::new() };
    let mut all: Vec<_> = entries.flatten().map(|it| it.path()).collect();
    all.sort();
    all
}

fn free(folder: &Path, client: &Client) -> Result<PathBuf> {
    let now = time::iso(client.env.wall()).unwrap_or_default();
    let second = now.get(..19).unwrap_or("now").replace(':', "-");
    let name = |count: u32| match count {
        1 => format!("driftline-{second}.jsonl"),
        _ => format!("driftline-{second}-{count}.jsonl"),
    };
    let mut paths = (1..1_000).map(|count| folder.join(name(count)));
    let free = paths.find(|it| fs::symlink_metadata(it).is_err());
    free.with_context(|| format!("{} holds too many exports; remove some", folder.display()))
}
