//! Cursor, the editor: all conversations in one SQLite database of keys and JSON values. A
//! conversation is a document that lists its messages, and each of these is a value of its own.

mod bubble;
mod composers;

use std::path::{Path, PathBuf};

use crate::{Database, Form, Reader, editors};

inventory::submit! {
    Reader {
        tool: "cursor",
        name: "Cursor",
        doc: "Cursor's conversations, in the editor's globalStorage/state.vscdb",
        version: 1,
        places,
        accepts: |path| path.file_name().is_some_and(|it| it == "state.vscdb"),
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Database(Database { sessions: composers::all, records: composers::records }),
    }
}

/// Other editors have a file of this name, and other things in it.
fn places(home: &Path) -> Vec<PathBuf> {
    let cursors = editors::folders(home).into_iter();
    let is_cursor = |it: &PathBuf| it.iter().any(|it| it == "Cursor" || it == ".cursor-server");
    let below = |it: PathBuf| is_cursor(&it.strip_prefix(home).ok()?.to_owned()).then_some(it);
    cursors.filter_map(below).map(|it| it.join("globalStorage")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_editors_are_none_of_its_places() {
        let home = tempfile::tempdir().unwrap();
        for it in [".config/Code/User", ".config/Cursor/User", ".cursor-server/data/User"] {
            std::fs::create_dir_all(home.path().join(it)).unwrap();
        }
        let expected = [".config/Cursor/User", ".cursor-server/data/User"];
        let expected = expected.map(|it| home.path().join(it).join("globalStorage"));
        assert_eq!(places(home.path()), expected);
    }
}
