//! Claude Code: one JSON record to a line, in
//! `~/.claude/projects/<folder>/<session>.jsonl`. Sub-agents wrote into their
//! session's file, then beside it, and now below it; their records always carry the
//! session's own id. Long answers of tools are in files of their own below it, too.

mod beside;
mod fields;
mod keeping;
mod prose;
mod record;

use std::path::{Path, PathBuf};

use crate::Reader;

inventory::submit! {
    Reader {
        tool: "claude-code",
        doc: "Claude Code's transcripts, in ~/.claude/projects",
        version: 2,
        places,
        accepts,
        main_file,
        beside: beside::place,
        keeps: keeping::days,
        starts: &["{\"parentUuid\":", "{\"type\":\"summary\","],
        record: record::record,
    }
}

fn places(home: &Path) -> Vec<PathBuf> {
    vec![home.join(".claude/projects")]
}

fn accepts(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "jsonl")
}

fn main_file(file: &Path, session: &str) -> Option<PathBuf> {
    if !is_plain(session) {
        return None;
    }
    let name = format!("{session}.jsonl");
    let below = file.ancestors().skip(1).find(|it| it.ends_with("subagents"));
    if let Some(folder) = below {
        return Some(folder.parent()?.parent()?.join(name));
    }
    let beside = file.file_stem()?.to_str()?.starts_with("agent-");
    if beside { Some(file.parent()?.join(name)) } else { None }
}

/// Whether a name that a record gives is one of a file or a folder and nothing else.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sub_agents_file_knows_its_session() {
        let main = |file: &str| main_file(Path::new(file), "s");
        assert_eq!(main("/p/s/subagents/agent-1.jsonl"), Some("/p/s.jsonl".into()));
        assert_eq!(main("/p/s/subagents/workflows/w/agent-1.jsonl"), Some("/p/s.jsonl".into()));
        assert_eq!(main("/p/agent-1.jsonl"), Some("/p/s.jsonl".into()));
        assert_eq!(main("/p/s.jsonl"), None);
        for session in ["../s", "..", "", "a/b"] {
            assert_eq!(main_file(Path::new("/p/agent-1.jsonl"), session), None, "{session}");
        }
    }
}
