//! Where transcripts are looked for.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::error::Result;
use driftline_core::excerpt;
use driftline_transcripts::{Found, Problem, Reader, Unread, find_below, readers, unread};

use super::Wanted;
use crate::{Error, error::Context as _};

/// Agents that can be told to keep their files elsewhere: the folder in a home, and
/// the variable that names another one.
const MOVED: [(&str, &str); 2] = [(".claude", "CLAUDE_CONFIG_DIR"), (".codex", "CODEX_HOME")];

/// The folder that an agent was told to use instead of its own in `home`, and where in it
/// `place` is. None: it was told nothing.
pub(crate) fn moved(home: &Path, place: &Path) -> Option<(PathBuf, PathBuf)> {
    MOVED.iter().find_map(|(folder, variable)| {
        let rest = place.strip_prefix(home.join(folder)).ok()?;
        let other = std::env::var_os(variable).filter(|it| !it.is_empty())?;
        Some((other.into(), rest.to_owned()))
    })
}

/// Folders, each with the reader of what is in it.
pub(super) struct Places {
    read: Vec<(&'static Reader, PathBuf)>,
    home: PathBuf,
    /// Whether the home is that of the person who runs this.
    is_own: bool,
}

impl Places {
    /// Those that are wanted.
    pub(super) fn wanted(wanted: Wanted<'_>) -> Result<Self> {
        let mut places = match wanted.from {
            Some(home) => Self::below(home)?,
            None => Self::of_user()?,
        };
        if let Some(agent) = wanted.agent {
            let tool = tool_of(agent)?;
            places.read.retain(|(reader, _)| reader.tool == tool);
        }
        Ok(places)
    }

    /// Those of the person who runs this, wherever their agents were told to write.
    pub(super) fn of_user() -> Result<Self> {
        let Some(home) = dirs::home_dir() else {
            return Err(Error::NoHome);
        };
        Ok(Self::of(home, true))
    }

    /// Those below a home folder.
    fn below(home: &Path) -> Result<Self> {
        if !home.is_dir() {
            return Err(Error::NoFolder(home.to_owned()));
        }
        // A file is remembered by its path, which must not depend on where this runs.
        let home = std::path::absolute(home).context("the working directory is gone")?;
        Ok(Self::of(home, false))
    }

    fn of(home: PathBuf, is_own: bool) -> Self {
        let mut read = Vec::new();
        for reader in readers() {
            // What a person puts somewhere is looked for only where they say.
            let places = if is_own { (reader.places)(&home) } else { reader.places_in(&home) };
            read.extend(places.into_iter().map(|it| (reader, it)));
        }
        let mut all = Self { read, home, is_own };
        let moved = all.read.iter().map(|(reader, it)| (*reader, all.moved(it.clone()))).collect();
        all.read = moved;
        all
    }

    /// Where a folder of the home is, if its agent was told to keep it elsewhere.
    fn moved(&self, place: PathBuf) -> PathBuf {
        match moved(&self.home, &place).filter(|_| self.is_own) {
            Some((folder, rest)) if rest.as_os_str().is_empty() => folder,
            Some((folder, rest)) => folder.join(rest),
            None => place,
        }
    }

    /// The agents whose transcripts are there and are not read.
    pub(super) fn unread(&self) -> Vec<Unread> {
        unread(&self.home, &|it| self.moved(it))
    }

    /// What is there, and what is there but cannot be read.
    pub(super) fn find(&self) -> (Vec<Found>, Vec<Problem>) {
        let mut all = (Vec::new(), Vec::new());
        for (reader, place) in &self.read {
            let (found, problems) = find_below(place, reader);
            all.0.extend(found);
            for it in problems {
                // One agent may have several readers of one folder.
                if !all.1.contains(&it) {
                    all.1.push(it);
                }
            }
        }
        all
    }

    /// Each folder, with the reader of what is in it.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'static Reader, &Path)> {
        self.read.iter().map(|(reader, place)| (*reader, place.as_path()))
    }

    /// The folders.
    pub(super) fn shown(&self) -> Vec<String> {
        let places = self.read.iter().map(|(_, place)| place.display().to_string());
        // One agent may have several readers of one folder.
        places.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// The agent that is called so, by how its name begins.
pub(super) fn tool_of(agent: &str) -> Result<&'static str> {
    let typed = agent.to_lowercase();
    let calls = |it: &Reader| [it.tool.to_owned(), it.name.to_lowercase()];
    let tools = |fits: &dyn Fn(&str) -> bool| -> BTreeSet<&'static str> {
        let all = readers().into_iter().filter(|it| calls(it).iter().any(|it| fits(it)));
        all.map(|it| it.tool).collect()
    };
    let mut found = tools(&|it| it == typed);
    if found.is_empty() {
        found = tools(&|it| it.starts_with(&typed));
    }
    if found.len() > 1 {
        // Claude Code writes by itself; an export of Claude.ai is something else.
        let in_homes = readers().into_iter().filter(|it| it.is_in_homes());
        let in_homes: BTreeSet<_> = in_homes.map(|it| it.tool).collect();
        found.retain(|it| in_homes.contains(it));
    }
    match (found.first(), found.len()) {
        (Some(tool), 1) => Ok(tool),
        _ => Err(Error::NoAgent { agent: excerpt(agent), known: super::agents() }),
    }
}
