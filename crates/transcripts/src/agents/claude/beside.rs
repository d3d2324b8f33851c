//! Long answers of tools. Of one beyond some 30 kB a record holds the beginning and says
//! where all of it is: in `<session>/tool-results/`, beside the session's own file.

use std::path::{Path, PathBuf};

use driftline_core::Value;

use super::places::{is_plain, main_file};
use crate::{fields::is_type, record::Beside};

const FOLDER: &str = "tool-results";

/// How an answer begins that is kept elsewhere, and what its path stands behind.
const BEGINS: &str = "<persisted-output>";
const SAVED: &str = "saved to: ";

/// The answers among `blocks` that are kept elsewhere.
pub(super) fn named(blocks: &Value) -> Vec<Beside> {
    let blocks = blocks.as_array().into_iter().flatten().enumerate();
    blocks.filter_map(|(block, it)| Some(Beside { block, path: path(it)?.to_owned() })).collect()
}

fn path(block: &Value) -> Option<&str> {
    let content = block.get("content").filter(|_| is_type(block, "tool_result"))?;
    let text = match content.as_array().map(Vec::as_slice) {
        Some([only]) => only.get("text")?.as_str()?,
        Some(_) => return None,
        None => content.as_str()?,
    };
    let (_, path) = text.strip_prefix(BEGINS)?.split_once(SAVED)?;
    Some(path.lines().next()?.trim_end())
}

/// Where the file is that a record of `file` names by `path`. What a record says is not
/// believed: a tool can print such a text. So only the names in it count, and only those
/// below the session's own folder; a fork names its origin's.
pub(super) fn place(file: &Path, session: &str, path: &str) -> Option<PathBuf> {
    let mut names = path.rsplit(['/', '\\']);
    let (name, folder, owner) = (names.next()?, names.next()?, names.next()?);
    if folder != FOLDER || owner != session || !is_plain(name) || !is_plain(session) {
        return None;
    }
    let main = main_file(file, session);
    let project = main.as_deref().unwrap_or(file).parent()?;
    let mut place = project.to_owned();
    for below in [session, FOLDER] {
        place.push(below);
        if !place.symlink_metadata().is_ok_and(|it| it.is_dir()) {
            return None;
        }
    }
    Some(place.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_an_answer_of_a_tool_names_a_file() {
        let text = "<persisted-output>\nOutput too large (48.7KB). Full output saved to: \
                    /h/.claude/projects/p/s/tool-results/b1.txt\n\nPreview (first 2KB):\nx";
        let result = |content| json!({"type": "tool_result", "content": content});
        let path = "/h/.claude/projects/p/s/tool-results/b1.txt".to_owned();
        let found = named(&json!([
            {"type": "text", "content": text},
            result(json!("short")),
            result(json!(text)),
            result(json!([{"type": "text", "text": text}])),
            result(json!([{"type": "text", "text": text}, {"type": "image"}])),
        ]));
        assert_eq!(found, [2, 3].map(|block| Beside { block, path: path.clone() }));
    }

    #[test]
    fn a_file_is_the_sessions_own_or_none() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("s.jsonl");
        std::fs::create_dir_all(home.path().join("s/tool-results")).unwrap();
        let expected = home.path().join("s/tool-results/b.txt");
        let place = |path| place(&file, "s", path);
        assert_eq!(place("/elsewhere/s/tool-results/b.txt"), Some(expected.clone()));
        assert_eq!(place("C:\\x\\s\\tool-results\\b.txt"), Some(expected.clone()));
        let side = home.path().join("s/subagents/agent-1.jsonl");
        assert_eq!(super::place(&side, "s", "/s/tool-results/b.txt"), Some(expected));
        for path in [
            "",
            "b.txt",
            "/etc/passwd",
            "/t/tool-results/b.txt",
            "/s/other/b.txt",
            "/s/tool-results/..",
            "/s/tool-results/",
            "/s/tool-results/.hidden",
        ] {
            assert_eq!(place(path), None, "{path}");
        }
    }
}
