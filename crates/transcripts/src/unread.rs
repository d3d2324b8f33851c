//! Agents whose transcripts nobody reads yet. They are counted, so that nobody takes an
//! import for complete that passed them over.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use driftline_text::count_of;
use serde::Serialize;

use crate::readers;

/// How many things in an agent's folder are looked at.
const MOST: usize = 20_000;

/// An agent whose transcripts are here and are not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Its name in ids and reports.
    pub tool: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// How many files it has.
    pub files: u64,
}

impl Unread {
    /// In a sentence.
    pub fn words(&self) -> String {
        format!("{}: {} found, not read yet", self.name, count_of(self.files, "file", "files"))
    }
}

/// An agent: a folder of a home, and how the names of its transcripts begin and end.
struct Agent(&'static str, &'static str, &'static str, &'static str, &'static str);

const AGENTS: &[Agent] = &[
    Agent("antigravity", "Antigravity", ".gemini/antigravity-cli/brain", "transcript", ".jsonl"),
    Agent("cursor-cli", "Cursor (command line)", ".cursor/chats", "store", ".db"),
];

/// The agents that have transcripts below a home folder and no registered reader, by name.
/// `moved` tells where a folder is that a person moved elsewhere.
pub fn unread(home: &Path, moved: &dyn Fn(PathBuf) -> PathBuf) -> Vec<Unread> {
    of(AGENTS, home, moved)
}

fn of(agents: &[Agent], home: &Path, moved: &dyn Fn(PathBuf) -> PathBuf) -> Vec<Unread> {
    let read: Vec<_> = readers().iter().map(|it| it.tool).collect();
    let mut all: BTreeMap<&str, Unread> = BTreeMap::new();
    for Agent(tool, name, folder, begins, ends) in agents {
        if read.contains(tool) {
            continue;
        }
        let is_one = |it: &str| it.starts_with(begins) && it.ends_with(ends);
        let files = count(moved(home.join(folder)), &is_one);
        if files > 0 {
            let known = all.entry(tool).or_insert(Unread { tool, name, files: 0 });
            known.files += files;
        }
    }
    all.into_values().collect()
}

/// How many files below a folder are transcripts, by their names. Links are not followed.
fn count(root: PathBuf, is_one: &dyn Fn(&str) -> bool) -> u64 {
    let (mut files, mut folders, mut left) = (0, vec![root], MOST);
    while let Some(entries) = folders.pop().map(fs::read_dir) {
        for entry in entries.into_iter().flatten().flatten().take(left) {
            left -= 1;
            let name = entry.file_name();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => {
                    files += u64::from(name.to_str().is_some_and(is_one));
                }
                _ => (),
            }
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transcripts_that_nobody_reads_are_counted_by_agent() {
        let agents = [
            Agent("one", "One", ".one", "rollout-", ".jsonl.zst"),
            Agent("two", "Two", ".two/chats", "store", ".db"),
            Agent("codex", "Codex", ".one", "rollout-", ".jsonl"),
        ];
        let home = tempfile::tempdir().unwrap();
        for file in [
            ".one/2026/11/28/rollout-1.jsonl.zst",
            ".one/2026/11/28/rollout-1.jsonl",
            ".one/2026/11/28/other.jsonl.zst",
            "elsewhere/a/store.db",
            "elsewhere/a/store.db-wal",
            "elsewhere/b/store.db",
        ] {
            let path = home.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        let moved = |it: PathBuf| match it.strip_prefix(home.path().join(".two/chats")) {
            Ok(rest) => home.path().join("elsewhere").join(rest),
            Err(_) => it,
        };
        let words: Vec<_> = of(&agents, home.path(), &moved).iter().map(Unread::words).collect();
        assert_eq!(words, ["One: 1 file found, not read yet", "Two: 2 files found, not read yet"]);
        assert_eq!(unread(&home.path().join("none"), &|it| it), []);
    }
}
