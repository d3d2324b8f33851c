//! Qwen Code: one JSON record to a line, in
//! `~/.qwen/projects/<folder>/chats/<session>.jsonl`. Sub-agents write into
//! `subagents/<session>/` beside it; their records carry the session's own id.

mod record;

use std::path::{Path, PathBuf};

use crate::{Form, Reader};

inventory::submit! {
    Reader {
        tool: "qwen-code",
        name: "Qwen Code",
        doc: "Qwen Code's transcripts, in ~/.qwen/projects",
        version: 2,
        places: |home| vec![home.join(".qwen/projects")],
        accepts,
        main_file,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Lines {
            starts: &["{\"uuid\":"],
            open: |_| Box::<record::Lines>::default(),
        },
    }
}

const MAIN: &str = "chats";
const AGENTS: &str = "subagents";

fn accepts(path: &Path) -> bool {
    let lines = path.extension().is_some_and(|it| it == "jsonl");
    let main = || path.parent().is_some_and(|it| it.ends_with(MAIN));
    lines && (main() || of_agents(path).is_some())
}

/// The folder of sub-agents that a file is in.
fn of_agents(path: &Path) -> Option<&Path> {
    path.parent()?.parent().filter(|it| it.ends_with(AGENTS))
}

fn main_file(file: &Path, session: &str) -> Option<PathBuf> {
    let plain = !session.is_empty() && !session.contains(['/', '\\', '\0']);
    let project = of_agents(file)?.parent().filter(|_| plain)?;
    Some(project.join(MAIN).join(format!("{session}.jsonl")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sub_agents_file_knows_its_session() {
        let main = |file: &str| main_file(Path::new(file), "s");
        assert_eq!(main("/p/subagents/s/agent-1.jsonl"), Some("/p/chats/s.jsonl".into()));
        assert_eq!(main("/p/chats/s.jsonl"), None);
        assert_eq!(main_file(Path::new("/p/subagents/s/a.jsonl"), "../s"), None);
        assert!(accepts(Path::new("/p/subagents/s/agent-1.jsonl")));
        assert!(accepts(Path::new("/p/chats/s.jsonl")));
        for file in ["/p/subagents/s/agent-1.meta.json", "/p/usage_record.jsonl", "s.jsonl", ""] {
            assert!(!accepts(Path::new(file)), "{file}");
        }
    }
}
