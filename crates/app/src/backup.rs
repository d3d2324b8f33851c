//! Copies of the rows as they were at one moment, in a folder of the profile: those that
//! somebody asked for, and those that were made before something that cannot be undone.

mod restore;

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use anyhow::{Context as _, Result};
use driftline_core::{Millis, Replica};
use serde::Serialize;

pub(crate) use self::restore::{PutBack, Until, keep_now, put_back};
use crate::{context::Setup, error::Failed, time};

/// Where the copies are, in the folder of the profile.
const FOLDER: &str = "backups";

/// How the copies begin that somebody asked for.
pub(crate) const ASKED: &str = "backup";

/// A copy, for a list of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Copy {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    /// When it was made; none where the disk does not tell.
    pub(crate) at: Option<Millis>,
}

/// Copies everything that `replica` holds to a new file whose name begins with `what`; none
/// where nothing outlives the program.
pub(crate) fn make(setup: &Setup, replica: &Replica, what: &str) -> Result<Option<PathBuf>> {
    let path = free(setup, what, "db")?;
    Ok(replica.backup(&path)?.then_some(path))
}

/// That a backup was asked for of rows that end with the program.
pub(crate) fn nothing_lasts() -> anyhow::Error {
    let message = "the rows of this profile are in memory and end with the program; a backup \
                   needs local.backend = \"sqlite\" in the config";
    Failed::failed("no_backup", message)
}

/// The path of a file that is not there yet, among the copies of this profile.
pub(crate) fn free(setup: &Setup, what: &str, ending: &str) -> Result<PathBuf> {
    let folder = setup.profile.path().join(FOLDER);
    let now = time::iso(setup.env.wall()).unwrap_or_default();
    let day = now.get(..19).unwrap_or("now").replace(':', "-");
    let name = |count: u32| match count {
        1 => format!("{what}-{day}.{ending}"),
        _ => format!("{what}-{day}-{count}.{ending}"),
    };
    let path = |count| folder.join(name(count));
    let free = (1..10_000).map(path).find(|it| fs::symlink_metadata(it).is_err());
    free.with_context(|| format!("{} holds too many copies; remove some", folder.display()))
}

/// The copies of the profile in `folder`, newest first.
pub(crate) fn list(folder: &Path) -> Vec<Copy> {
    let Ok(entries) = fs::read_dir(folder.join(FOLDER)) else { return Vec::new() };
    let copy = |entry: fs::DirEntry| {
        let (path, about) = (entry.path(), entry.metadata().ok()?);
        let is_one = about.is_file() && path.extension().is_some_and(|it| it == "db");
        let at = about.modified().ok().and_then(|it| it.duration_since(UNIX_EPOCH).ok());
        let at = at.and_then(|it| Millis::try_from(it.as_millis()).ok());
        is_one.then_some(Copy { path, bytes: about.len(), at })
    };
    let mut all: Vec<_> = entries.filter_map(|it| copy(it.ok()?)).collect();
    all.sort_by(|one, other| (other.at, &other.path).cmp(&(one.at, &one.path)));
    all
}
