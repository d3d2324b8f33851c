//! Where the program keeps transcripts, and which file is a session's own.

use std::path::{Path, PathBuf};

/// The folders that transcripts are below.
pub(super) fn all(home: &Path) -> Vec<PathBuf> {
    vec![home.join(".claude/projects")]
}

/// Whether a file there is a transcript.
pub(super) fn accepts(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "jsonl")
}

/// The file of the session that `file` belongs to, if it is another one.
pub(super) fn main_file(file: &Path, session: &str) -> Option<PathBuf> {
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
pub(super) fn is_plain(name: &str) -> bool {
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
