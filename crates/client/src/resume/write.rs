//! Putting files into an agent's store: next to what is there and never over it. A path comes
//! from a session, so it is data: it stays below the store, and no link is followed below the
//! folder that the person's system or settings name.

use std::{
    collections::HashSet,
    fs::{self, FileType},
    io::{self, ErrorKind, Write as _},
    path::{Component, Path, PathBuf},
};

use driftline_private as private;
use driftline_transcripts::back::NewFile;

use super::Refused;
use crate::error::{Context as _, Result};

/// The folder of an agent.
#[derive(Clone, Debug)]
pub(super) struct Store {
    /// A folder that is believed to be what it is: the home, or what a setting names.
    pub(super) base: PathBuf,
    /// Where the store is below it.
    pub(super) below: PathBuf,
}

/// How a file of a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is not there.
    New,
    /// It is there, with all that the plan has.
    There,
    /// It is there, without some of it.
    Differs,
}

impl Store {
    /// The folder itself.
    pub(super) fn path(&self) -> PathBuf {
        self.base.join(&self.below)
    }

    /// Where a file of a plan is.
    pub(super) fn of(&self, file: &NewFile) -> PathBuf {
        self.path().join(&file.path)
    }

    /// How it stands; `agent` is named where it must not be.
    pub(super) fn standing(&self, file: &NewFile, agent: &'static str) -> Result<Standing> {
        let below = self.below.join(&file.path);
        if file.path.file_name().is_none() || !below.components().all(is_plain) {
            return Err(Refused::Outside(agent).into());
        }
        let mut path = self.base.clone();
        for component in below.parent().into_iter().flat_map(Path::components) {
            path.push(component);
            match kind(&path)? {
                None => return Ok(Standing::New),
                Some(it) if it.is_dir() => (),
                Some(_) => return Err(Refused::NotPlain { path, what: "folder" }.into()),
            }
        }
        let path = self.of(file);
        match kind(&path)? {
            None => Ok(Standing::New),
            Some(it) if it.is_file() => holds(&path, file),
            Some(_) => Err(Refused::NotPlain { path, what: "file" }.into()),
        }
    }

    /// Writes a file that is not there. Whoever looks finds all of it or none.
    pub(super) fn write(&self, file: &NewFile) -> Result<Standing> {
        let path = self.of(file);
        let told = || format!("{} cannot be written; free some space", path.display());
        let folder = path.parent().unwrap_or(&path);
        private::create_folder(folder).with_context(told)?;
        let mut written = tempfile::NamedTempFile::new_in(folder).with_context(told)?;
        written
            .write_all(file.contents().as_bytes())
            .and_then(|()| written.as_file().sync_all())
            .with_context(told)?;
        match written.persist_noclobber(&path) {
            Ok(_) => Ok(Standing::New),
            // Somebody else was quicker.
            Err(it) if it.error.kind() == ErrorKind::AlreadyExists => holds(&path, file),
            Err(it) => Err(it.error).with_context(told),
        }
    }
}

fn is_plain(component: Component<'_>) -> bool {
    let Component::Normal(name) = component else { return false };
    !name.as_encoded_bytes().contains(&0)
}

/// What is at `path`, if something is; a link is a link.
fn kind(path: &Path) -> Result<Option<FileType>> {
    match fs::symlink_metadata(path) {
        Ok(it) => Ok(Some(it.file_type())),
        Err(it) if it.kind() == ErrorKind::NotFound => Ok(None),
        Err(it) => Err(it).with_context(|| format!("{} cannot be looked at", path.display())),
    }
}

/// Whether the file at `path` has all that `file` must have.
fn holds(path: &Path, file: &NewFile) -> Result<Standing> {
    let read = || -> io::Result<Vec<u8>> { fs::read(path) };
    let text = read().with_context(|| format!("{} cannot be read", path.display()))?;
    let lines: HashSet<&[u8]> = text.split(|it| *it == b'\n').map(<[u8]>::trim_ascii).collect();
    let must = file.lines.iter().filter(|it| it.must);
    let all = must.map(|it| it.text.as_bytes().trim_ascii()).all(|it| lines.contains(it));
    Ok(if all { Standing::There } else { Standing::Differs })
}

#[cfg(test)]
mod tests {
    use driftline_transcripts::back::Line;

    use super::*;
    use crate::Error;

    fn file(path: &str, text: &str) -> NewFile {
        let line = |it: &str| Line { text: it.to_owned(), must: !it.starts_with('#') };
        NewFile { path: path.into(), lines: text.lines().map(line).collect() }
    }

    #[test]
    fn what_somebody_else_wrote_meanwhile_stays() {
        let home = tempfile::tempdir().unwrap();
        let store = Store { base: home.path().to_owned(), below: "store".into() };
        let new = file("a/b", "#head\none\ntwo");
        assert_eq!(store.standing(&new, "x").unwrap(), Standing::New);
        assert_eq!(store.write(&new).unwrap(), Standing::New);
        let path = store.of(&new);
        assert_eq!(fs::read_to_string(&path).unwrap(), "#head\none\ntwo\n");
        for (there, standing) in [
            ("#other\r\ntwo\none\nthree", Standing::There),
            ("#head\none\n", Standing::Differs),
            ("#head\none\nt", Standing::Differs),
        ] {
            fs::write(&path, there).unwrap();
            assert_eq!(store.standing(&new, "x").unwrap(), standing);
            assert_eq!(store.write(&new).unwrap(), standing);
            assert_eq!(fs::read_to_string(&path).unwrap(), there);
        }
        assert_eq!(fs::read_dir(home.path().join("store/a")).unwrap().count(), 1);
    }

    #[test]
    fn no_path_leaves_the_store() {
        let home = tempfile::tempdir().unwrap();
        let store = Store { base: home.path().to_owned(), below: "store".into() };
        for path in ["../x", "a/../../x", "/etc/x", "a\0b", "", "..", "a/.."] {
            let standing = store.standing(&file(path, "one"), "x");
            assert!(matches!(standing, Err(Error::Resume(Refused::Outside("x")))), "{path:?}");
        }
    }
}
