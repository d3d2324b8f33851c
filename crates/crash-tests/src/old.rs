//! Profiles of older programs, as those programs wrote them: two imported sessions, one of
//! them renamed, and items of the inbox; no hub has seen any of it.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use rusqlite::Connection;

/// The layouts of the store that there is a way from.
pub const LAYOUTS: [Old; 2] = [
    Old { layout: 5, sql: include_str!("old/layout5.sql") },
    Old { layout: 6, sql: include_str!("old/layout6.sql") },
];

/// A profile with one of them.
#[derive(Clone, Copy, Debug)]
pub struct Old {
    /// The number of the layout.
    pub layout: i64,
    sql: &'static str,
}

impl Old {
    /// How many messages each has.
    pub const MESSAGES: u64 = 20;
    /// How many rows wait to be sent.
    pub const WAITING: u64 = 29;
    /// How many items are in the inbox.
    const ITEMS: usize = 6;

    /// Makes the database at `path`, in a new folder.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = path.parent().context("a database is in a folder")?;
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        Connection::open(path)?.execute_batch(self.sql)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        Ok(())
    }

    /// The titles and bodies of its items.
    pub fn items(&self) -> impl Iterator<Item = (String, String)> {
        let layout = self.layout;
        (0..Self::ITEMS).map(move |it| (format!("old {layout} {it}"), format!("body {it}")))
    }
}
