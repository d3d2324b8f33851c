//! The way back to a copy. Nothing is lost by it: what is here until then is copied first,
//! and what no remote has is written to a file that outlives both databases.

use std::{
    fs,
    path::{Path, PathBuf},
};

use driftline_core::Replica;
use serde::Serialize;

use super::{FOLDER, free, list};
use crate::{
    Ask, Client, Device, Error, Result,
    account::unsent::{self, Unsent},
    exclude, turn,
};

/// How many copies are named to who asked for one that is not there.
const LATEST: usize = 5;

/// What was here before something took its place.
#[derive(Clone, Debug, Serialize)]
pub struct Until {
    /// The database as it was until now.
    pub kept_database: PathBuf,
    /// What was never sent, as a file.
    pub unsent_file: Option<PathBuf>,
    /// How much that is.
    pub unsent: u64,
}

/// What was put back.
#[derive(Clone, Debug, Serialize)]
pub struct PutBack {
    /// The copy that is the database now.
    pub opened: PathBuf,
    /// Whether it is no copy of this profile's own, so that only its rows were taken.
    pub rows_alone: bool,
    /// What was here until then.
    #[serde(flatten)]
    pub until: Until,
    /// The remote whose rows come again with the next sync.
    pub remote: Option<String>,
}

/// Copies what is here to a new file whose name begins with `what`, and what a remote does
/// not have to another, if there is one at all: without, everything waits for ever. None
/// where nothing outlives the program.
pub(crate) fn keep_now(
    client: &Client,
    replica: &Replica,
    what: &str,
    has_remote: bool,
) -> Result<Option<Until>> {
    let kept_database = free(client, what, "db")?;
    if !replica.backup(&kept_database)? {
        return Ok(None);
    }
    let unsent = if has_remote { Unsent::of(replica)?.all() } else { 0 };
    let unsent_file = match unsent {
        0 => None,
        _ => {
            let path = free(client, "unsent", "jsonl")?;
            unsent::export(replica, &path)?;
            Some(path)
        }
    };
    Ok(Some(Until { kept_database, unsent_file, unsent }))
}

/// Puts the copy `which` in the place of everything that is here. `which` is the name of
/// one of the profile's copies, or the path of a file.
///
/// # Errors
/// When there is no such copy, it cannot be read, or what is here cannot be kept.
pub async fn put_back(
    client: &Client,
    device: &Device,
    which: &Path,
    ask: &dyn Ask,
) -> Result<PutBack> {
    let opened = find(client.profile.path(), which)?;
    let _turn = turn::take(client, ask).await?;
    let remote = device.config.remote.as_ref().map(|it| it.name.clone());
    let kept = keep_now(client, &device.replica, "before-restore", remote.is_some())?;
    let Some(until) = kept else { return Err(Error::NothingLasts) };
    let rows_alone = !is_own(client.profile.path(), &opened);
    match rows_alone {
        true => device.replica.replace_rows(&opened)?,
        false => device.replica.put_back(&opened)?,
    }
    // The copy knows what was kept on this device then; what is kept now must not leave
    // with the next sync.
    exclude::apply(&device.replica, &device.config.exclude)?;
    Ok(PutBack { opened, rows_alone, until, remote })
}

/// Whether this profile made the copy: it is a file, not a link, where it makes them.
fn is_own(profile: &Path, copy: &Path) -> bool {
    let folder = |path: &Path| path.parent().and_then(|it| fs::canonicalize(it).ok());
    let is_file = fs::symlink_metadata(copy).is_ok_and(|it| it.is_file());
    is_file
        && folder(copy).is_some_and(|it| Some(it) == fs::canonicalize(profile.join(FOLDER)).ok())
}

/// The file that somebody means by `which`.
fn find(profile: &Path, which: &Path) -> Result<PathBuf> {
    let in_folder = profile.join(FOLDER).join(which);
    if let Some(path) = [in_folder, which.to_owned()].into_iter().find(|it| it.is_file()) {
        return Ok(path);
    }
    let latest = list(profile);
    let latest = latest.iter().take(LATEST).filter_map(|it| it.path.file_name()?.to_str());
    Err(Error::NoBackup { which: which.to_owned(), latest: latest.map(str::to_owned).collect() })
}
