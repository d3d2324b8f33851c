//! The machine's PostgreSQL. Tests start servers of their own from it.

use std::{fs, path::PathBuf};

use anyhow::Result;

use crate::debian;

/// Where Debian has the programs of each version, which are in no `PATH`. The tests look there,
/// too.
const PLACE: &str = "/usr/lib/postgresql";

/// Debian's package.
const PACKAGES: [&str; 1] = ["postgresql"];

/// The programs of a server, installed first if need be.
pub(crate) fn ready() -> Result<PathBuf> {
    debian::find_or_install(|| Ok(search()), &PACKAGES, &advice())
}

fn search() -> Option<PathBuf> {
    let versions = fs::read_dir(PLACE).ok()?.flatten();
    versions.map(|it| it.path().join("bin")).find(|it| it.join("initdb").is_file())
}

fn advice() -> String {
    let packages = PACKAGES.join(" ");
    format!(
        "The tests of the backend `postgres` need PostgreSQL 15 or later. On Debian or Ubuntu:\n  \
         sudo apt-get update && sudo apt-get install --no-install-recommends {packages}"
    )
}
