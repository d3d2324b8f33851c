//! A disk that can fail and whose power can be cut. It lies between SQLite and the
//! operating system: everything goes on to real files, and everything that is written,
//! flushed or deleted is written down, so that the files can be shown as they may be
//! after a power cut at any moment. SQLite's own locks and shared memory are left alone.

use std::{
    collections::BTreeMap,
    ffi::c_int,
    fs,
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex, MutexGuard, Once, PoisonError},
};

use super::vfs;

/// The smallest part of a write that is there as a whole or not at all.
const SECTOR: usize = 512;

/// What happened to a file.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Write {
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate(usize),
    Flush,
    Delete,
    /// The names in its folder are flushed: which files there are.
    FlushFolder,
}

/// What happened since the disk was watched.
#[derive(Default)]
struct Log {
    /// Only files in this folder and below are watched: other tests use the disk, too.
    folder: PathBuf,
    events: Vec<(PathBuf, Event)>,
    /// How many more changes succeed, and the code with which all others fail.
    fails: Option<(usize, c_int)>,
    /// How many more reads succeed before one fails with this code.
    fails_to_read: Option<(usize, c_int)>,
}

static LOG: LazyLock<Mutex<Log>> = LazyLock::new(Mutex::default);

/// Writes down a change before it happens; otherwise the code with which it fails.
pub(crate) fn note(path: &Path, event: Event) -> Result<(), c_int> {
    let mut log = log();
    if !path.starts_with(&log.folder) {
        return Ok(());
    }
    match &mut log.fails {
        Some((0, code)) => return Err(*code),
        Some((left, _)) => *left -= 1,
        None => (),
    }
    log.events.push((path.to_owned(), event));
    Ok(())
}

/// Whether a file can be read; otherwise the code with which that fails, once.
pub(crate) fn read(path: &Path) -> Result<(), c_int> {
    let mut log = log();
    if !path.starts_with(&log.folder) {
        return Ok(());
    }
    match &mut log.fails_to_read {
        Some((0, code)) => {
            let code = *code;
            log.fails_to_read = None;
            Err(code)
        }
        Some((left, _)) => {
            *left -= 1;
            Ok(())
        }
        None => Ok(()),
    }
}

/// Whether what happens to this file is written down.
pub(crate) fn is_watched(path: &Path) -> bool {
    let log = log();
    !log.folder.as_os_str().is_empty() && path.starts_with(&log.folder)
}

fn log() -> MutexGuard<'static, Log> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The disk below the files in a folder that SQLite opens from now on.
pub(crate) struct Disk {
    /// One test uses it at a time.
    _turn: MutexGuard<'static, ()>,
}

/// What was written, and how often SQLite waited until it was safe.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) writes: u64,
    pub(crate) bytes: u64,
    pub(crate) flushes: u64,
}

/// What became of the writes that nothing had flushed when the power was cut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unflushed {
    Lost,
    Kept,
    /// Each sector of each write is kept or lost, by a seed.
    Torn(u64),
}

impl Disk {
    pub(crate) fn below(folder: &Path) -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        static REGISTERED: Once = Once::new();
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        REGISTERED.call_once(vfs::register);
        *log() = Log { folder: fs::canonicalize(folder).unwrap(), ..Log::default() };
        Self { _turn: turn }
    }

    /// How much has happened so far.
    pub(crate) fn moment(&self) -> usize {
        log().events.len()
    }

    /// What happened from `moment` on.
    pub(crate) fn since(&self, moment: usize) -> Written {
        let mut written = Written::default();
        for (_, event) in &log().events[moment..] {
            match event {
                Event::Write { bytes, .. } => {
                    written.writes += 1;
                    written.bytes += bytes.len() as u64;
                }
                Event::Flush => written.flushes += 1,
                Event::Truncate(_) | Event::Delete | Event::FlushFolder => (),
            }
        }
        written
    }

    /// Every change after the next `count` ones fails with a code of SQLite's.
    pub(crate) fn fail_after(&self, count: usize, code: c_int) {
        log().fails = Some((count, code));
    }

    /// One read after the next `count` ones fails with a code of SQLite's.
    pub(crate) fn fail_to_read_after(&self, count: usize, code: c_int) {
        log().fails_to_read = Some((count, code));
    }

    /// Whether that read failed. All succeed from now on.
    pub(crate) fn failed_to_read(&self) -> bool {
        log().fails_to_read.take().is_none()
    }

    /// Whether something failed. It works again from now on.
    pub(crate) fn mend(&self) -> bool {
        log().fails.take().is_some_and(|(left, _)| left == 0)
    }

    /// Writes to `to` what is on the disk if the power is cut at `moment`.
    pub(crate) fn after_cut(&self, moment: usize, unflushed: Unflushed, to: &Path) {
        let mut files: BTreeMap<PathBuf, Content> = BTreeMap::new();
        for (path, event) in &log().events[..moment] {
            if matches!(event, Event::FlushFolder) {
                files.values_mut().for_each(flush_name);
                continue;
            }
            let (safe, open) = files.entry(path.clone()).or_default();
            match event {
                Event::Flush => {
                    open.drain(..).for_each(|it| apply(safe, &it, &mut |_| true));
                    safe.get_or_insert_default();
                }
                event => open.push(event.clone()),
            }
        }
        for (path, (mut content, open)) in files {
            let mut dice = if let Unflushed::Torn(seed) = unflushed { seed } else { 0 };
            for event in open {
                apply(&mut content, &event, &mut |place| match unflushed {
                    Unflushed::Lost => false,
                    Unflushed::Kept => true,
                    Unflushed::Torn(_) => {
                        dice = (dice ^ place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                        dice ^= dice >> 29;
                        dice.count_ones() % 2 == 0
                    }
                });
            }
            if let Some(content) = content {
                fs::write(to.join(path.file_name().unwrap()), content).unwrap();
            }
        }
    }
}

/// What is safe of a file, if it is there, and what happened to it since.
type Content = (Option<Vec<u8>>, Vec<Event>);

/// That a file is gone is safe, if it is gone.
fn flush_name((safe, open): &mut Content) {
    if let Some(last) = open.iter().rposition(|it| matches!(it, Event::Delete)) {
        open.drain(..=last);
        *safe = None;
    }
}

/// What `event` makes of a file, as far as `kept` says so, which is asked for each sector.
fn apply(file: &mut Option<Vec<u8>>, event: &Event, kept: &mut dyn FnMut(usize) -> bool) {
    match event {
        Event::Write { at, bytes } => {
            let mut place = 0;
            while place < bytes.len() {
                let rest = SECTOR - (at + place) % SECTOR;
                let end = (place + rest).min(bytes.len());
                if kept(at + place) {
                    let file = file.get_or_insert_default();
                    file.resize(file.len().max(at + end), 0);
                    file[at + place..at + end].copy_from_slice(&bytes[place..end]);
                }
                place = end;
            }
        }
        Event::Truncate(size) if kept(0) => file.get_or_insert_default().truncate(*size),
        Event::Delete if kept(0) => *file = None,
        _ => (),
    }
}
