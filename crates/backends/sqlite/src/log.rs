//! The write-ahead log: written back to its places beside the next transactions, which takes a
//! sixth of a bulk import where it is waited for, and cut where it has become long.

use std::{
    fs,
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{connect::connect, files};

/// What is left of the log's file once all of it is written back.
pub(crate) const LOG_BYTES: u64 = 64 << 20;
/// How much the log grows until it is written back.
const STEP: u64 = LOG_BYTES / 2;

/// The log of a file that this process writes to.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// How long it was when it was last written back.
    written: u64,
    /// How long it was when it was last cut.
    cut: u64,
    writing: Option<JoinHandle<()>>,
}

impl Log {
    /// Does after a commit what the log of the file at `path` needs. Failing to is no failure:
    /// the next commit tries again.
    pub(crate) fn tend(&mut self, path: &Path) {
        let log = files::with_suffix(path, "-wal");
        let bytes = fs::metadata(log).map_or(0, |it| it.len());
        self.written = self.written.min(bytes);
        self.cut = self.cut.min(bytes);
        if bytes >= 4 * LOG_BYTES && bytes >= self.cut + LOG_BYTES {
            self.cut = bytes;
            self.wait();
            // Readers may have kept it from being begun anew for long.
            write_back(path, "TRUNCATE");
        } else if bytes >= self.written + STEP && !self.is_writing() {
            self.written = bytes;
            self.write_beside(path.to_owned());
        }
    }

    fn is_writing(&self) -> bool {
        self.writing.as_ref().is_some_and(|it| !it.is_finished())
    }

    fn write_beside(&mut self, path: PathBuf) {
        self.wait();
        let begun = thread::Builder::new().name("driftline-log".into());
        // Without another thread it is written back where it is cut.
        self.writing = begun.spawn(move || write_back(&path, "PASSIVE")).ok();
    }

    /// Waits until nothing is being written back: until then the file is open once more.
    pub(crate) fn wait(&mut self) {
        if let Some(Err(_)) = self.writing.take().map(JoinHandle::join) {
            tracing::error!("writing the log back has panicked");
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.wait();
    }
}

fn write_back(path: &Path, how: &str) {
    let done = connect(path, Duration::from_millis(200)).and_then(|it| {
        it.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |row| row.get::<_, i64>(0))
    });
    tracing::debug!(how, ?done, "wrote the log back");
}
