//! Where the program keeps transcripts, and which file is a session's own.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder of a project's transcripts, and how the name of a session's own one begins.
const FOLDER: &str = "chats";
const BEGINS: &str = "session-";

/// How many files of a folder are looked at for a session's own.
const MOST: usize = 10_000;

pub(super) fn all(home: &Path) -> Vec<PathBuf> {
    vec![home.join(".gemini/tmp")]
}

/// Whether a file is a transcript of today.
pub(super) fn is_lines(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "jsonl") && (is_main(path) || parent(path).is_some())
}

/// Whether a file is a transcript as they once were.
pub(super) fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "json") && is_main(path)
}

fn is_main(path: &Path) -> bool {
    let named =
        path.file_name().and_then(|it| it.to_str()).is_some_and(|it| it.starts_with(BEGINS));
    named && path.parent().is_some_and(|it| it.ends_with(FOLDER))
}

/// The session whose folder a file of a sub-agent is in.
pub(super) fn parent(path: &Path) -> Option<String> {
    let folder = path.parent()?;
    folder.parent().filter(|it| it.ends_with(FOLDER))?;
    Some(folder.file_name()?.to_str()?.to_owned())
}

/// The file of the session that the sub-agent's `file` belongs to. Its name holds the
/// minute in which the session began, so it is looked for.
pub(super) fn main_file(file: &Path, session: &str) -> Option<PathBuf> {
    if parent(file)? != session {
        return None;
    }
    let end = format!("-{}.jsonl", session.chars().take(8).collect::<String>());
    let is_own = |it: &PathBuf| {
        is_main(it)
            && it.file_name().and_then(|it| it.to_str()).is_some_and(|it| it.ends_with(&end))
    };
    let entries = fs::read_dir(file.parent()?.parent()?).ok()?.take(MOST);
    entries.flatten().map(|it| it.path()).filter(is_own).min()
}
