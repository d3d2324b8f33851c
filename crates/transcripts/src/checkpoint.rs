//! How far a file was read, and how to tell that what was read is still there.
//! Agents append to their files, but people also restore, truncate and replace them,
//! so a place in a file is worth nothing without a hash of what precedes it.

use std::{
    collections::BTreeMap,
    fs::{self, File, Metadata},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use serde::{Deserialize, Serialize};

use crate::{Form, Found, Reader, Secrets, hash::Hash, report::Done};

/// How much of either end of what was read is compared before a file counts as
/// unchanged.
pub(crate) const EDGE: usize = 4096;

/// How far a file was read. Store its JSON in the transaction that stores its
/// [`Batch`](crate::Batch), and hand it to the next [`read`](crate::read) of the file.
/// It is short unless the file has very much to report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The version of the reader. Another version reads the file again.
    pub(crate) reader: u16,
    /// The version of the rules by which secrets in it were replaced; 0 where some stayed.
    #[serde(default, skip_serializing_if = "is_none")]
    pub(crate) rules: u8,
    /// Where the last complete record ends.
    pub(crate) offset: u64,
    /// The line it is on.
    pub(crate) line: u64,
    /// A hash of everything before `offset`.
    pub(crate) hash: u64,
    /// A hash of the first and the last bytes before `offset`.
    pub(crate) edges: u64,
    /// The file's length when it was opened.
    pub(crate) length: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub(crate) modified: Option<u64>,
    /// When anything of it last changed, its times included, where the system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) changed: Option<u64>,
    /// The agent's name of the session that the file is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<String>,
    /// The sessions of a database, by the agent's names, as they were when they were read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) sessions: BTreeMap<String, Known>,
    /// What the whole file holds, if it was read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) done: Option<Done>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_none(rules: &u8) -> bool {
    *rules == 0
}

/// A session of a database that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// What its reader said then of when it changed.
    pub(crate) changed: i64,
    /// What it held.
    pub(crate) done: Done,
}

impl Checkpoint {
    pub(crate) fn of(
        reader: &Reader,
        secrets: Secrets,
        prefix: &Prefix,
        line: u64,
        state: State,
        session: Option<String>,
    ) -> Self {
        Self {
            reader: reader.version,
            rules: secrets.rules(),
            offset: prefix.offset(),
            line,
            hash: prefix.hash(),
            edges: prefix.edges(),
            length: state.length,
            modified: state.modified,
            changed: state.changed,
            session,
            sessions: BTreeMap::new(),
            done: None,
        }
    }

    /// Whether all that was read would be read in the same way today. What was read with
    /// its secrets replaced stays as it is when they are to be kept.
    pub(crate) fn fits(&self, reader: &Reader, secrets: Secrets) -> bool {
        let same_rules = secrets == Secrets::Keep || self.rules == secrets.rules();
        self.reader == reader.version && same_rules
    }

    pub(crate) fn set_state(&mut self, state: State) {
        (self.length, self.modified, self.changed) = (state.length, state.modified, state.changed);
    }

    fn state(&self) -> State {
        State { length: self.length, modified: self.modified, changed: self.changed }
    }

    /// What a file holds that was read to its end, if nothing touched it since: no program can
    /// set back when a file changed. Such a file need not be opened.
    pub(crate) fn untouched(&self, found: &Found) -> Option<&Done> {
        let now = State::of(found).ok()?;
        self.done.as_ref().filter(|_| now.changed.is_some() && now == self.state())
    }

    /// Whether a file was read to its end as it is now, as far as can be told without
    /// opening it.
    pub fn covers(&self, found: &Found) -> bool {
        let to_its_end = self.done.is_some() || self.offset == self.length;
        to_its_end && State::of(found).is_ok_and(|it| it.looks_like(self.state()))
    }

    /// Whether the file still is as it was, as far as can be told without reading it.
    pub(crate) fn holds(&self, file: &mut File, state: State) -> io::Result<bool> {
        if !state.looks_like(self.state()) {
            return Ok(false);
        }
        let edge = self.offset.min(EDGE as u64);
        let mut prefix = Prefix { at: self.offset, ..Prefix::default() };
        file.seek(SeekFrom::Start(0))?;
        file.by_ref().take(edge).read_to_end(&mut prefix.first)?;
        file.seek(SeekFrom::Start(self.offset - edge))?;
        file.by_ref().take(edge).read_to_end(&mut prefix.last)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(prefix.edges() == self.edges)
    }
}

/// What the file system says of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) length: u64,
    pub(crate) modified: Option<u64>,
    pub(crate) changed: Option<u64>,
}

impl State {
    /// Whether what a program can set is the same.
    fn looks_like(self, other: Self) -> bool {
        (self.length, self.modified) == (other.length, other.modified)
    }

    /// What it says of `found` now that SQLite has it open: run by an administrator, SQLite says
    /// anew whose the log is, which counts as a change. Whatever was written meanwhile shows in
    /// the rest of what is known.
    pub(crate) fn once_opened(self, found: &Found) -> Self {
        Self::of(found).ok().filter(|it| it.looks_like(self)).unwrap_or(self)
    }

    /// What it says of `found`. A database is what its log holds, too.
    pub(crate) fn of(found: &Found) -> io::Result<Self> {
        let state = Self::of_file(&fs::metadata(&found.path)?);
        match &found.reader.form {
            Form::Database(_) => Ok(match fs::metadata(log_of(&found.path)) {
                Ok(log) => state.and(Self::of_file(&log)),
                Err(_) => state,
            }),
            Form::Lines { .. } | Form::Document(_) | Form::List(_) => Ok(state),
        }
    }

    fn of_file(data: &Metadata) -> Self {
        let modified = data.modified().ok().and_then(|it| it.duration_since(UNIX_EPOCH).ok());
        let modified = modified.and_then(|it| u64::try_from(it.as_nanos()).ok());
        Self { length: data.len(), modified, changed: changed(data) }
    }

    fn and(self, other: Self) -> Self {
        let modified = self.modified.max(other.modified);
        let changed = self.changed.zip(other.changed).map(|(one, other)| one.max(other));
        Self { length: self.length.saturating_add(other.length), modified, changed }
    }
}

/// When anything of a file last changed, in nanoseconds since 1970.
#[cfg(unix)]
fn changed(data: &Metadata) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = u64::try_from(data.ctime()).ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(u64::try_from(data.ctime_nsec()).ok()?)
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> Option<u64> {
    None
}

impl Found {
    /// What of the file system changes whenever the file does: its length, and when it was
    /// last written, in nanoseconds since 1970. None: it cannot be looked at.
    pub fn trace(&self) -> Option<(u64, Option<u64>)> {
        State::of(self).ok().map(|it| (it.length, it.modified))
    }
}

/// Where SQLite keeps what it has not written into a database yet.
pub(crate) fn log_of(database: &Path) -> PathBuf {
    companion(database, "-wal")
}

/// A file of SQLite's beside a database.
pub(crate) fn companion(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// What precedes a place in a file, as hashes.
#[derive(Default)]
pub(crate) struct Prefix {
    at: u64,
    hash: Hash,
    first: Vec<u8>,
    last: Vec<u8>,
}

impl Prefix {
    /// The place.
    pub(crate) fn offset(&self) -> u64 {
        self.at
    }

    /// Moves past `bytes`.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        self.at += bytes.len() as u64;
        self.hash.bytes(bytes);
        let room = EDGE - self.first.len();
        self.first.extend_from_slice(&bytes[..room.min(bytes.len())]);
        if bytes.len() >= EDGE {
            self.last.clear();
        } else if self.last.len() > 16 * EDGE {
            self.last.drain(..self.last.len() - EDGE);
        }
        self.last.extend_from_slice(&bytes[bytes.len().saturating_sub(EDGE)..]);
    }

    /// Moves to the end of a file of which only the first and the last bytes are known.
    pub(crate) fn between(&mut self, length: u64, first: Vec<u8>, last: Vec<u8>) {
        (self.at, self.first, self.last) = (length, first, last);
    }

    /// A hash of everything before the place.
    pub(crate) fn hash(&self) -> u64 {
        self.hash.clone().short()
    }

    /// A hash of its first and last bytes.
    pub(crate) fn edges(&self) -> u64 {
        let mut hash = Hash::default();
        hash.bytes(&self.first);
        hash.bytes(&self.last[self.last.len().saturating_sub(EDGE)..]);
        hash.short()
    }
}
