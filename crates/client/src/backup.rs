//! Copies of the rows as they were at one moment, in a folder of the profile: those that
//! somebody asked for, and those that were made before something that cannot be undone.

mod restore;

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use driftline_core::{Millis, Replica};
use serde::Serialize;

pub(crate) use self::restore::keep_now;
pub use self::restore::{PutBack, Until, put_back};
use crate::{
    Client, Error,
    error::{Context as _, Result},
    time,
};

/// Where the copies are, in the folder of the profile.
const FOLDER: &str = "backups";

/// How the copies begin that somebody asked for.
const ASKED: &str = "backup";

/// The folder of the copies of `profile`.
pub(crate) fn folder(profile: &Path) -> PathBuf {
    profile.join(FOLDER)
}

/// A copy, for a list of them.
#[derive(Clone, Debug, Serialize)]
pub struct Copy {
    /// The file.
    pub path: PathBuf,
    /// How many bytes it is.
    pub bytes: u64,
    /// When it was made; none where the disk does not tell.
    pub at: Option<Millis>,
}

/// Copies everything that `replica` holds to a new file, because somebody asked for it.
///
/// # Errors
/// [`Error::NothingLasts`] where nothing outlives the program; else when there is no room.
pub fn ask(client: &Client, replica: &Replica) -> Result<PathBuf> {
    make(client, replica, ASKED)?.ok_or(Error::NothingLasts)
}

/// Copies everything that `replica` holds to a new file whose name begins with `what`; none
/// where nothing outlives the program.
pub(crate) fn make(client: &Client, replica: &Replica, what: &str) -> Result<Option<PathBuf>> {
    let path = free(client, what, "db")?;
    Ok(replica.backup(&path)?.then_some(path))
}

/// The path of a file that is not there yet, among the copies of this profile.
pub(crate) fn free(client: &Client, what: &str, ending: &str) -> Result<PathBuf> {
    let folder = client.profile.path().join(FOLDER);
    let now = time::iso(client.env.wall()).unwrap_or_default();
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
pub fn list(folder: &Path) -> Vec<Copy> {
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
