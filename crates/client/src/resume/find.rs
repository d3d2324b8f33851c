//! What a resumption is about: the agent, its program and store, and the folder.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use driftline_conversation::Whole;
use driftline_core::excerpt;
use driftline_transcripts::back::{Writer, writers};

use super::{Refused, write::Store};
use crate::{Error, Result, import};

/// The agent that is `wanted`, or whose session it is.
pub(super) fn writer(wanted: Option<&str>, own: Option<&str>) -> Result<&'static Writer> {
    let all = writers();
    let typed = wanted.or(own).unwrap_or_default().to_lowercase();
    let names = |it: &Writer| [it.again.tool.to_owned(), it.name.to_lowercase()];
    let fits = |holds: &dyn Fn(&str) -> bool| -> Vec<&'static Writer> {
        all.iter().copied().filter(|it| names(it).iter().any(|it| holds(it))).collect()
    };
    let mut found = fits(&|it| it == typed);
    if found.is_empty() && !typed.is_empty() && wanted.is_some() {
        found = fits(&|it| it.starts_with(&typed));
    }
    match found.as_slice() {
        [only] => Ok(only),
        _ => {
            let agent = wanted.or(own).map(excerpt);
            let known = all.iter().map(|it| it.name).collect();
            Err(Refused::NoWriter { agent, known }.into())
        }
    }
}

/// The folder to go on in, by its whole path.
pub(super) fn folder(wanted: Option<&Path>, whole: &Whole) -> Result<String> {
    let folder = match (wanted, &whole.here) {
        (Some(it), _) => it.to_owned(),
        (None, Some(it)) => PathBuf::from(it),
        (None, None) => return Err(Refused::UnknownFolder.into()),
    };
    // Agents name a folder by its real path.
    let real = fs::canonicalize(&folder).ok().filter(|it| it.is_dir());
    let Some(real) = real else { return Err(Refused::NoFolder(folder).into()) };
    match real.to_str() {
        Some(it) if !it.contains(char::is_control) => Ok(without_prefix(it).to_owned()),
        _ => Err(Refused::OddFolder(real).into()),
    }
}

/// A path of Windows as people and agents write it.
fn without_prefix(path: &str) -> &str {
    path.strip_prefix(r"\\?\").filter(|it| it.as_bytes().get(1) == Some(&b':')).unwrap_or(path)
}

/// The store of an agent, wherever it was told to keep it.
pub(super) fn store(writer: &Writer) -> Result<Store> {
    let home = dirs::home_dir().ok_or(Error::NoHome)?;
    let place = (writer.store)(&home);
    if let Some((base, below)) = import::moved(&home, &place) {
        return Ok(Store { base, below });
    }
    let below = place.strip_prefix(&home).map_err(|_| Refused::Outside(writer.name))?.to_owned();
    Ok(Store { base: home, below })
}

/// Where a program is, if it is on the PATH.
pub(super) fn program(name: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &["exe", "cmd", "bat"] } else { &[""] };
    let folders = env::var_os("PATH")?;
    let mut all = env::split_paths(&folders)
        .flat_map(|folder| endings.iter().map(move |it| folder.join(name).with_extension(it)));
    all.find(|it| it.is_absolute() && is_program(it))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
