//! The file itself: where it is, who may read it, and what happens to it when it is
//! damaged. A database is the only copy of somebody's work: it is never overwritten
//! and never deleted.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use driftline_core::{BoxError, Error, Result};
use driftline_private::{self as private, FileLock};
use driftline_sqlite_file::BESIDE;
pub(crate) use driftline_sqlite_file::with_suffix;

use crate::{
    connect::pause,
    error::{busy, io_failure},
};

/// Makes the folder of `path` if it is missing, readable for its owner alone, and
/// returns the path with every link resolved. The file itself must not be one: whoever
/// packed a folder with it would choose what is written to.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let Some(name) = path.file_name() else { return Err(not_a_file(path)) };
    private::create_folder(folder).map_err(|it| io_failure(folder, "made a folder", it))?;
    let folder = fs::canonicalize(folder).map_err(|it| io_failure(path, "opened", it))?;
    Ok(folder.join(name))
}

/// Whether there is a file. Links, folders, pipes and the like are refused, and so is what
/// other users own or can write: it would hold what they want, and they could read on.
pub(crate) fn exists(path: &Path) -> Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(it) if it.is_file() => match private::fault(path) {
            Ok(None) => Ok(true),
            Ok(Some(fault)) => Err(Error::Store {
                what: format!("{} {fault}", path.display()),
                help: format!("see what is in it, then: {}", fault.mended_by(path)),
                source: None,
            }),
            Err(it) => Err(io_failure(path, "opened", it)),
        },
        Ok(it) if it.is_symlink() => Err(Error::Store {
            what: format!("{} is a link", path.display()),
            help: "name the file that it leads to instead, or take the link away".into(),
            source: None,
        }),
        Ok(_) => Err(not_a_file(path)),
        Err(it) if it.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(it) => Err(io_failure(path, "opened", it)),
    }
}

/// Makes an empty file if there is none, readable for its owner alone. Opening a file
/// that SQLite has open, and closing it, would end SQLite's locks: so an existing one
/// is only looked at.
pub(crate) fn create(path: &Path) -> Result<()> {
    if exists(path)? {
        return private::tighten(path).map_err(|it| io_failure(path, "closed to others", it));
    }
    let made = private::options().write(true).create_new(true).open(path);
    made.map(drop).map_err(|it| io_failure(path, "made", it))
}

/// Which file is at `path`, whatever it is called; none if there is none, or if the system
/// does not tell.
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(path).ok().map(|it| (it.dev(), it.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Refuses a log whose file is gone: SQLite would take it for rubbish and delete it,
/// and it may hold all the rows there were. Must be called with the lock held.
pub(crate) fn check_log(path: &Path) -> Result<()> {
    let bytes = |path: &Path| fs::metadata(path).map_or(0, |it| it.len());
    if bytes(path) > 0 || bytes(&with_suffix(path, "-wal")) == 0 {
        return Ok(());
    }
    Err(move_aside(path, "its log is there, but the file itself is missing or empty".into()))
}

fn not_a_file(path: &Path) -> Error {
    Error::Store {
        what: format!("{} is not an ordinary file", path.display()),
        help: "choose the path of a file, or of none yet".into(),
        source: None,
    }
}

/// Holds the right to open `path`, so that of many processes one makes the tables and
/// one moves a damaged file. The operating system takes it back when a process dies.
pub(crate) fn lock(path: &Path, patience: Duration) -> Result<FileLock> {
    let at = with_suffix(path, ".lock");
    let lock = FileLock::open(&at).map_err(|it| io_failure(&at, "made", it))?;
    let mut waited = Duration::ZERO;
    let mut count = 0;
    loop {
        match lock.try_hold() {
            Ok(true) => return Ok(lock),
            // Some file systems have no locks. SQLite brings its own.
            Err(it) if it.kind() == io::ErrorKind::Unsupported => return Ok(lock),
            Err(it) => return Err(io_failure(&at, "locked", it)),
            Ok(false) if waited > patience => return Err(busy(path, None)),
            Ok(false) => {
                let wait = pause(count);
                count += 1;
                waited += wait;
                thread::sleep(wait);
            }
        }
    }
}

/// Whether the disk gives all bytes of a file and of its log: if not, it is the disk that is at
/// fault, and nobody knows what is in the file. Must be called with no connection open.
pub(crate) fn read_through(path: &Path) -> Result<()> {
    for part in [path.to_owned(), with_suffix(path, "-wal")] {
        let read = fs::File::open(&part).and_then(|mut it| io::copy(&mut it, &mut io::sink()));
        match read {
            Err(it) if it.kind() != io::ErrorKind::NotFound => {
                return Err(io_failure(&part, "read", it));
            }
            _ => (),
        }
    }
    Ok(())
}

/// Moves a damaged file and what belongs to it aside, and says so. Must be called
/// with the lock held and no connection open.
pub(crate) fn move_aside(path: &Path, found: BoxError) -> Error {
    let free = |target: &PathBuf| {
        let parts = std::iter::once("").chain(BESIDE);
        parts.into_iter().all(|it| fs::symlink_metadata(with_suffix(target, it)).is_err())
    };
    let mut names = (1..10_000).map(|it| with_suffix(path, &format!(".damaged-{it}")));
    let Some(target) = names.find(free) else {
        let full = io::Error::other("there are too many damaged files beside it");
        return io_failure(path, "moved aside", full);
    };
    // What lies beside goes first: if this is interrupted, the file itself is still
    // there, is found damaged again, and nothing of it is taken for new.
    for suffix in BESIDE.into_iter().chain([""]) {
        match fs::rename(with_suffix(path, suffix), with_suffix(&target, suffix)) {
            Ok(()) => (),
            Err(it) if it.kind() == io::ErrorKind::NotFound => (),
            Err(it) => return io_failure(path, "moved aside", it),
        }
    }
    tracing::error!(file = %path.display(), moved_to = %target.display(), "the database is damaged");
    Error::Store {
        what: format!("{} is damaged; it was moved to {}", path.display(), target.display()),
        help: format!(
            "put a backup at {}, or run the same command again to start with an empty database; \
             `sqlite3 {} .recover` may save what is readable",
            path.display(),
            target.display()
        ),
        source: Some(found),
    }
}
