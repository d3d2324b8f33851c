//! What an open profile keeps on this machine, and where.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::OpenProfile;
use crate::export;

/// Something that the program keeps on this machine.
#[derive(Clone, Debug)]
pub struct Place {
    /// What it is.
    pub what: String,
    /// Where it is.
    pub path: PathBuf,
    /// How many bytes it is; none if it is not there.
    pub bytes: Option<u64>,
}

impl OpenProfile {
    /// What is stored where.
    pub fn places(&self) -> Vec<Place> {
        let folder = self.client.profile.path();
        let mut all = vec![
            Place { what: "Profile".into(), path: folder.to_owned(), bytes: Some(weight(folder)) },
            place("Config", self.client.config_file()),
        ];
        all.extend(export::made(folder).into_iter().map(|it| place("Export", it)));
        all
    }
}

fn place(what: &str, path: PathBuf) -> Place {
    let bytes = path.metadata().ok().map(|it| it.len());
    Place { what: what.into(), path, bytes }
}

/// How much the files in a folder and those below it weigh.
fn weight(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let weigh = |entry: fs::DirEntry| match entry.metadata() {
        Ok(it) if it.is_dir() => weight(&entry.path()),
        Ok(it) => it.len(),
        Err(_) => 0,
    };
    entries.flatten().map(weigh).sum()
}
