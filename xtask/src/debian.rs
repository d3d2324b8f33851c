//! What the tests need of the machine beside Rust and Node: found, installed where this may
//! do that, or asked for. No test is left out for want of it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

/// What `search` finds, after Debian's `packages` were installed if need be. `advice` tells
/// a person how to get it.
pub(crate) fn find_or_install(
    search: impl Fn() -> Result<Option<PathBuf>>,
    packages: &[&str],
    advice: &str,
) -> Result<PathBuf> {
    if let Some(found) = search()? {
        return Ok(found);
    }
    ensure!(may_install(), "{advice}");
    eprintln!("Installing what is not here: {}.", packages.join(" "));
    apt(&["update"], advice)?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat(), advice)?;
    search()?.with_context(|| format!("Debian's packages brought none. {advice}"))
}

/// Whether this is Debian or the like, and its administrator.
pub(crate) fn may_install() -> bool {
    let id = Command::new("id").arg("-u").stderr(Stdio::null()).output();
    id.is_ok_and(|it| it.stdout.trim_ascii() == b"0") && Path::new("/usr/bin/apt-get").exists()
}

fn apt(words: &[&str], advice: &str) -> Result<()> {
    let mut command = Command::new("apt-get");
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    let status = command.status().context("cannot run apt-get")?;
    let words = words.join(" ");
    ensure!(status.success(), "`apt-get {words}` failed; see above. {advice}");
    Ok(())
}
