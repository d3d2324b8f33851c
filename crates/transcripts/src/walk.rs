//! Which transcripts there are. Links are never followed below a root, and nothing
//! but plain files is opened: a loop, a pipe or a socket is reported and passed by.

use std::{
    fmt::Display,
    fs::{self, FileType},
    io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{Form, Reader, record::readers};

/// A transcript.
#[derive(Clone, Debug)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// Who reads it.
    pub reader: &'static Reader,
}

/// Something that looks like a transcript or holds some, and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What it is about.
    pub path: String,
    /// What is wrong, and what to do.
    pub reason: String,
}

/// The transcripts of every registered reader below a home folder, by path.
pub fn find(home: &Path) -> (Vec<Found>, Vec<Problem>) {
    let mut all = (Vec::new(), Vec::new());
    for reader in readers() {
        for place in (reader.places)(home) {
            let (found, problems) = find_below(&place, reader);
            all.0.extend(found);
            all.1.extend(problems);
        }
    }
    all
}

/// The transcripts below one folder, by path. That folder itself may be a link; one
/// that does not exist holds none.
pub fn find_below(root: &Path, reader: &'static Reader) -> (Vec<Found>, Vec<Problem>) {
    let mut walk = Walk { reader, found: Vec::new(), problems: Vec::new(), folders: Vec::new() };
    walk.folders.push(root.to_owned());
    while let Some(folder) = walk.folders.pop() {
        match walk.folder(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => (),
            Err(error) => walk.problem(
                &folder,
                format!("this folder cannot be read ({error}); see that you may read it"),
            ),
            Ok(()) => (),
        }
    }
    walk.found.sort_by(|one, other| one.path.cmp(&other.path));
    walk.problems.sort_by(|one, other| one.path.cmp(&other.path));
    (walk.found, walk.problems)
}

/// What a thing that is neither a file nor a folder is called.
pub(crate) fn name_of(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
    }
    if kind.is_dir() {
        "a folder"
    } else if kind.is_symlink() {
        "a link"
    } else {
        "a device"
    }
}

struct Walk {
    reader: &'static Reader,
    found: Vec<Found>,
    problems: Vec<Problem>,
    folders: Vec<PathBuf>,
}

impl Walk {
    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) => self.entry(path, kind),
                Err(error) => self.problem(&path, format!("it cannot be looked at: {error}")),
            }
        }
        Ok(())
    }

    fn entry(&mut self, path: PathBuf, kind: FileType) {
        // What lies in folders beside a database is not the database's: programs, copies. And
        // a list is where a person put it, among anything else.
        let is_flat = matches!(self.reader.form, Form::Database(_) | Form::List(_));
        let accepted = (self.reader.accepts)(&path);
        if is_flat && !accepted {
            return;
        }
        if kind.is_file() && accepted {
            self.found.push(Found { path, reader: self.reader });
        } else if kind.is_dir() && !accepted {
            self.folders.push(path);
        } else if kind.is_symlink() {
            self.problem(&path, "it is a link, and links are not followed; import its target");
        } else if accepted {
            let what = name_of(kind);
            self.problem(
                &path,
                format!("it is {what}, not a file; rename it or move it elsewhere"),
            );
        }
    }

    fn problem(&mut self, path: &Path, reason: impl Display) {
        let path = path.to_string_lossy().into_owned();
        self.problems.push(Problem { path, reason: reason.to_string() });
    }
}
