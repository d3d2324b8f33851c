//! The files of a profile besides its rows: the index, copies and exports still hold what was
//! purged. They are gone through once after each purge, whether it was made here or came with a
//! sync. What cannot be read or written is named.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use driftline_core::{Replica, device, device::Due, service::News};
use driftline_reading::Reading;
use serde::Serialize;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{Client, Result, backup, causes, client::INDEX, export};

/// What became of the files of a profile.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Swept {
    /// Copies and exports that held some of it, and do not any more.
    pub cleaned: Vec<PathBuf>,
    /// Files that may still hold it.
    pub failed: Vec<Failed>,
}

/// A file that could not be swept.
#[derive(Clone, Debug, Serialize)]
pub struct Failed {
    /// The file.
    pub path: String,
    /// Why not.
    pub reason: String,
}

impl Swept {
    fn note(&mut self, path: &Path, done: Result<bool>) {
        match done {
            Ok(true) => self.cleaned.push(path.to_owned()),
            Ok(false) => (),
            Err(error) => self.failed.push(Failed {
                path: path.display().to_string(),
                reason: causes(&error).join(": "),
            }),
        }
    }
}

/// Sweeps the files of the profile, if something was purged since they were swept last.
pub(crate) fn if_due(client: &Client, replica: &Arc<Replica>) {
    let is_due = replica.sweep_due().is_ok_and(|it| it.here.is_some() || it.beside.is_some());
    if is_due {
        match now(client, replica) {
            Ok(swept) => tracing::info!(?swept, "swept the files of the profile"),
            Err(error) => {
                tracing::warn!(error = causes(&error).join(": "), "not swept; tried again later");
            }
        }
    }
}

/// Does so after each sync that is told of, for as long as it is polled.
pub(crate) async fn after_each(client: &Client, replica: &Arc<Replica>, mut news: Receiver<News>) {
    loop {
        match news.recv().await {
            Ok(_) | Err(RecvError::Lagged(_)) => if_due(client, replica),
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Sweeps the files of the profile.
///
/// # Errors
/// When the rows cannot be read. What fails of a file is in what is returned.
pub(super) fn now(client: &Client, replica: &Arc<Replica>) -> Result<Swept> {
    let due = replica.sweep_due()?;
    let profile = client.profile.path();
    let mut swept = Swept::default();
    let own = replica.sweep().map(|()| false).map_err(Into::into);
    swept.note(profile, own);
    let index = profile.join(INDEX);
    if index.is_file() {
        let sweep = || {
            let reading = Reading::open(replica.clone(), &index)?;
            Ok(reading.index()?.sweep().map(|()| false)?)
        };
        swept.note(&index, sweep());
    }
    let marks = replica.read(|tx| device::purged(tx))?;
    let (databases, exports) = others(profile);
    for path in databases {
        swept.note(&path, replica.sweep_copy(&path).map(|it| it > 0).map_err(Into::into));
    }
    for path in exports {
        swept.note(&path, export::take_out(client, &path, &marks));
    }
    let beside = due.beside.filter(|_| swept.failed.is_empty());
    replica.note_swept(&Due { beside, ..Due::default() })?;
    Ok(swept)
}

/// The databases and the export files of a profile, besides those that it works with.
fn others(profile: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut databases, mut exports) = (Vec::new(), Vec::new());
    for folder in [profile.to_owned(), backup::folder(profile), export::folder(profile)] {
        let is_own = folder == profile;
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_file = entry.file_type().is_ok_and(|it| it.is_file());
            if !is_file {
                continue;
            }
            let is_export = [".jsonl", ".jsonl.zst"].iter().any(|it| name.ends_with(it));
            let ends = |it: &str| name.ends_with(it);
            // What was moved aside, or kept before an upgrade, has the name of the file before
            // its own ending.
            let is_copy = if is_own { name.contains(".db.") } else { name.contains(".db") };
            if is_export {
                exports.push(path);
            } else if is_copy && !["-wal", "-shm", ".lock"].iter().any(|it| ends(it)) {
                databases.push(path);
            }
        }
    }
    databases.sort();
    exports.sort();
    (databases, exports)
}
