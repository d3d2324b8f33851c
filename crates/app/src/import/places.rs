//! Where transcripts are looked for.

use std::path::{Path, PathBuf};

use anyhow::Result;
use driftline_transcripts::{Found, Problem, Reader, find_below, readers};

use crate::error::Failed;

/// Agents that can be told to keep their files elsewhere: the folder in a home, and
/// the variable that names another one.
const MOVED: [(&str, &str); 1] = [(".claude", "CLAUDE_CONFIG_DIR")];

/// Folders, each with the reader of what is in it.
pub(super) struct Places(Vec<(&'static Reader, PathBuf)>);

impl Places {
    /// Those of the person who runs this, wherever their agents were told to write.
    pub(super) fn of_user() -> Result<Self> {
        let Some(home) = dirs::home_dir() else {
            let message = "this machine names no home folder; choose one with --from HOME";
            return Err(Failed::usage("no_home", message));
        };
        let elsewhere = |place: PathBuf| {
            for (folder, variable) in MOVED {
                if let Some(other) = std::env::var_os(variable).filter(|it| !it.is_empty())
                    && let Ok(rest) = place.strip_prefix(home.join(folder))
                {
                    return PathBuf::from(other).join(rest);
                }
            }
            place
        };
        Ok(Self(places(&home).map(|(reader, place)| (reader, elsewhere(place))).collect()))
    }

    /// Those below a home folder.
    pub(super) fn below(home: &Path) -> Result<Self> {
        if !home.is_dir() {
            let shown = home.display();
            let message = format!("--from: there is no folder {shown}; name a home folder");
            return Err(Failed::usage("no_folder", message));
        }
        // A file is remembered by its path, which must not depend on where this runs.
        let home = std::path::absolute(home)?;
        Ok(Self(places(&home).collect()))
    }

    /// What is there, and what is there but cannot be read.
    pub(super) fn find(&self) -> (Vec<Found>, Vec<Problem>) {
        let mut all = (Vec::new(), Vec::new());
        for (reader, place) in &self.0 {
            let (found, problems) = find_below(place, reader);
            all.0.extend(found);
            all.1.extend(problems);
        }
        all
    }

    /// Each folder, with the reader of what is in it.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'static Reader, &Path)> {
        self.0.iter().map(|(reader, place)| (*reader, place.as_path()))
    }

    /// The folders.
    pub(super) fn shown(&self) -> Vec<String> {
        self.0.iter().map(|(_, place)| place.display().to_string()).collect()
    }
}

fn places(home: &Path) -> impl Iterator<Item = (&'static Reader, PathBuf)> {
    let home = home.to_owned();
    readers().into_iter().flat_map(move |reader| {
        (reader.places)(&home).into_iter().map(move |place| (reader, place))
    })
}
