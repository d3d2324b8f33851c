//! Agents whose transcripts nobody reads yet. They are counted, so that nobody takes an
//! import for complete that passed them over.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

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
        let files = if self.files == 1 { "file" } else { "files" };
        format!("{}: {} {files} found, not read yet", self.name, self.files)
    }
}

/// An agent: a folder of a home, and how the names of its transcripts begin and end.
struct Agent(&'static str, &'static str, &'static str, &'static str, &'static str);

const AGENTS: &[Agent] = &[
    Agent("cline", "Cline", ".cline/data/sessions", "", ".messages.json"),
    Agent("codex", "Codex", ".codex/sessions", "rollout-", ".jsonl"),
    Agent("codex", "Codex", ".codex/archived_sessions", "rollout-", ".jsonl"),
    Agent("continue", "Continue", ".continue/sessions", "", ".json"),
    Agent("copilot", "Copilot", ".copilot/session-state", "events", ".jsonl"),
    Agent("droid", "Factory Droid", ".factory/sessions", "", ".jsonl"),
    Agent("gemini-cli", "Gemini", ".gemini/tmp", "session-", ".json"),
    Agent("gemini-cli", "Gemini", ".gemini/tmp", "session-", ".jsonl"),
    Agent("kilo", "Kilo", ".local/share/kilo", "kilo", ".db"),
    Agent("kimi-code", "Kimi", ".kimi-code/sessions", "wire", ".jsonl"),
    Agent("opencode", "opencode", ".local/share/opencode", "opencode", ".db"),
    Agent("pi", "pi", ".pi/agent/sessions", "", ".jsonl"),
    Agent("qwen-code", "Qwen Code", ".qwen/projects", "", ".jsonl"),
];

/// The agents that have transcripts below a home folder and no registered reader, by name.
/// `moved` tells where a folder is that a person moved elsewhere.
pub fn unread(home: &Path, moved: &dyn Fn(PathBuf) -> PathBuf) -> Vec<Unread> {
    let read: Vec<_> = readers().iter().map(|it| it.tool).collect();
    let mut all: BTreeMap<&str, Unread> = BTreeMap::new();
    for Agent(tool, name, folder, begins, ends) in AGENTS {
        if read.contains(tool) {
            continue;
        }
        let is_one =
            |it: &str| it.starts_with(begins) && it.ends_with(ends) && it != "sessions.json";
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
        let home = tempfile::tempdir().unwrap();
        for file in [
            ".codex/sessions/2025/11/28/rollout-1.jsonl",
            ".codex/sessions/2025/11/28/notes.txt",
            ".codex/archived_sessions/rollout-2.jsonl",
            ".codex/config.toml",
            ".gemini/tmp/hash/chats/session-1.json",
            ".gemini/tmp/hash/logs.json",
            ".local/share/opencode/opencode.db",
            ".local/share/opencode/opencode.db-wal",
            ".continue/sessions/sessions.json",
            ".claude/projects/p/s.jsonl",
            "elsewhere/projects/p/chats/s.jsonl",
        ] {
            let path = home.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        let moved = |it: PathBuf| match it.strip_prefix(home.path().join(".qwen")) {
            Ok(rest) => home.path().join("elsewhere").join(rest),
            Err(_) => it,
        };
        let words: Vec<_> = unread(home.path(), &moved).iter().map(Unread::words).collect();
        assert_eq!(
            words,
            [
                "Codex: 2 files found, not read yet",
                "Gemini: 1 file found, not read yet",
                "opencode: 1 file found, not read yet",
                "Qwen Code: 1 file found, not read yet",
            ]
        );
        assert_eq!(unread(&home.path().join("none"), &|it| it), []);
    }
}
