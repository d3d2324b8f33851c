//! How a config file names this backend.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use driftline_core::{
    BackendPlugin, Durability, Error, OpenBackend, Result, Schema, Store, Value, inventory,
};

use crate::{
    SqliteHub, SqliteStore, examine,
    place::{check_shared, deepest_real},
    scratch::TemporaryFile,
};

/// The file of a device, in the folder of its profile.
const LOCAL: &str = "driftline.db";
/// Under which key a file says what it is.
const ROLE: &str = "sqlite.role";

inventory::submit! {
    BackendPlugin {
        name: "sqlite",
        doc: "A SQLite file on this machine",
        settings: &[(
            "path",
            "the path of the file; a relative one is relative to the profile. \
             Local: `driftline.db` by default. Remote: required, and on a local disk",
        )],
        local: Some(open_local),
        remote: Some(|open| {
            let store = Arc::new(open_remote(open)?);
            let person = store.person();
            Ok(Arc::new(SqliteHub::over(store, &person, &*open.env)?))
        }),
        examine: Some(examine::open),
        scratch: Some(|| Ok(Box::new(TemporaryFile::new()?))),
        ..BackendPlugin::NONE
    }
}

fn open_local(open: &OpenBackend<'_>) -> Result<Arc<dyn Store>> {
    let path = setting(open, "[local]")?.unwrap_or_else(|| open.profile.join(LOCAL));
    Ok(Arc::new(SqliteStore::open_device(&path, open.schema)?))
}

/// Opens the file that serves as the hub of devices on this machine.
///
/// # Errors
/// As [`remote_path`] and [`SqliteStore::open`], and when the file is a device's.
pub fn open_remote(open: &OpenBackend<'_>) -> Result<SqliteStore> {
    SqliteStore::open_hub(&remote_path(open)?, open.schema)
}

impl SqliteStore {
    /// [Opens](Self::open) the database of a device.
    ///
    /// # Errors
    /// As [`Self::open`], and when the file is a hub's.
    pub fn open_device(path: &Path, schema: &Schema) -> Result<Self> {
        let store = Self::open(path, schema)?;
        take_role(&store, "device")?;
        Ok(store)
    }

    /// [Opens](Self::open) the file that serves as the hub of devices on this machine.
    ///
    /// # Errors
    /// As [`Self::open`]; when the file is a device's, and when it is on a network disk or in
    /// a folder that is copied to a cloud, where it would be damaged.
    pub fn open_hub(path: &Path, schema: &Schema) -> Result<Self> {
        check_shared(path)?;
        let store = Self::open(path, schema)?;
        take_role(&store, "hub")?;
        Ok(store)
    }

    /// Whose rows a hub in this file holds: it has no accounts, so the file stands for the
    /// person.
    pub fn person(&self) -> String {
        format!("file:{}", self.path().display())
    }
}

/// The path of the file that serves as a hub.
///
/// # Errors
/// When none is set, when it is the profile's own file, and when it is on a network
/// disk or in a folder that is copied to a cloud, where it would be damaged.
pub fn remote_path(open: &OpenBackend<'_>) -> Result<PathBuf> {
    let path = setting(open, "[remote]")?.ok_or_else(|| bad_path("[remote]"))?;
    if deepest_real(&path) == deepest_real(&open.profile.join(LOCAL)) {
        return Err(mixed_up(&path, "the database of this profile"));
    }
    check_shared(&path)?;
    Ok(path)
}

fn setting(open: &OpenBackend<'_>, side: &str) -> Result<Option<PathBuf>> {
    match open.settings.get("path") {
        None => Ok(None),
        Some(Value::String(path)) if !path.is_empty() && !path.contains('\0') => {
            let home =
                path.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
            Ok(Some(home.unwrap_or_else(|| open.profile.join(path))))
        }
        Some(_) => Err(bad_path(side)),
    }
}

/// A file is a device's or a hub's for good: used as both, its rows would be numbered
/// and queued at once.
fn take_role(store: &SqliteStore, role: &str) -> Result<()> {
    let path = store.path();
    let store: &dyn Store = store;
    let mut met = store.view(|tx| tx.meta(ROLE))?;
    if met.is_none() {
        met = store.transact(Durability::Full, |tx| {
            let met = tx.meta(ROLE)?;
            if met.is_none() {
                tx.set_meta(ROLE, Some(role))?;
            }
            Ok(met)
        })?;
    }
    match met.as_deref() {
        Some("device") if role != "device" => Err(mixed_up(path, "the database of a profile")),
        Some("hub") if role != "hub" => Err(mixed_up(path, "a hub that profiles sync with")),
        _ => Ok(()),
    }
}

fn bad_path(side: &str) -> Error {
    Error::bad_value(side, "path", "the path of a file, as text")
}

fn mixed_up(path: &Path, is: &str) -> Error {
    Error::Store {
        what: format!("{} is {is}", path.display()),
        help: "name another file: each is one or the other for good".into(),
        source: None,
    }
}
