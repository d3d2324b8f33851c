//! opencode, and Kilo, which grew out of it: all sessions in one SQLite database. A message
//! has parts, in a table of their own; a part that is a call of a tool has its answer, too.

mod message;
mod part;
mod tables;

use std::path::Path;

use crate::{Database, Form, Reader, back::Again};

const DATABASE: Form =
    Form::Database(Database { sessions: tables::sessions, records: tables::records });

inventory::submit! {
    Reader {
        tool: "opencode",
        name: "opencode",
        doc: "opencode's database, in ~/.local/share/opencode",
        version: 1,
        places: |home| vec![home.join(".local/share/opencode")],
        accepts: |path| is_database(path, "opencode"),
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: DATABASE,
    }
}

inventory::submit! {
    Reader {
        tool: "kilo",
        name: "Kilo",
        doc: "Kilo's database, in ~/.local/share/kilo",
        version: 1,
        places: |home| vec![home.join(".local/share/kilo")],
        accepts: |path| is_database(path, "kilo"),
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: DATABASE,
    }
}

inventory::submit! {
    Again { tool: "kilo", program: "kilo", words: &["--session"] }
}

/// `opencode.db`, or that of a release channel: `opencode-beta.db`.
fn is_database(path: &Path, name: &str) -> bool {
    let stem = path.file_stem().and_then(|it| it.to_str());
    let channel = stem.and_then(|it| it.strip_prefix(name));
    let named = channel.is_some_and(|it| it.is_empty() || it.starts_with('-'));
    named && path.extension().is_some_and(|it| it == "db")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_beside_the_database_is_taken_for_it() {
        let is = |name: &str| is_database(Path::new(name), "opencode");
        assert!(is("/x/opencode.db") && is("/x/opencode-beta.db"));
        for name in ["opencode.db-wal", "opencode", "opencodes.db", "kilo.db", "auth.json"] {
            assert!(!is(name), "{name}");
        }
    }
}
