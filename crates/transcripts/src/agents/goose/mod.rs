//! Goose: all sessions in one SQLite database, `sessions.db`; before autumn 2025 a file of
//! lines for each. Goose copies those files into its database and leaves them where they
//! are, so both forms name a session and its messages alike.

mod content;
mod lines;
mod message;
mod sessions;

use std::path::{Path, PathBuf};

use crate::{Database, Form, Reader};

const TOOL: &str = "goose";

inventory::submit! {
    Reader {
        tool: TOOL,
        name: "Goose",
        doc: "Goose's database, in ~/.local/share/goose/sessions",
        version: 1,
        places,
        accepts: |path| path.file_name().is_some_and(|it| it == "sessions.db"),
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Database(Database { sessions: sessions::all, records: sessions::records }),
    }
}

inventory::submit! {
    Reader {
        tool: TOOL,
        name: "Goose",
        doc: "Goose's older sessions, in ~/.local/share/goose/sessions",
        version: 1,
        places,
        accepts: |path| path.extension().is_some_and(|it| it == "jsonl"),
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Lines {
            starts: &["{\"working_dir\":", "{\"id\":\"msg_", "{\"role\":"],
            open: |file| Box::new(lines::Lines::of(file)),
        },
    }
}

fn places(home: &Path) -> Vec<PathBuf> {
    let folders = [
        ".local/share/goose/sessions",
        "Library/Application Support/Block/goose/sessions",
        "Library/Application Support/Block.goose/sessions",
        "AppData/Roaming/Block/goose/data/sessions",
    ];
    folders.iter().map(|it| home.join(it)).collect()
}

/// Whether a session was first kept in a file of its own: its messages got ids only when
/// they were copied, other ones on each machine. Today's ids are a day and a number.
fn is_older(id: &str) -> bool {
    let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let parts = id.split_once('_').filter(|(day, number)| digits(day) && digits(number));
    parts.is_none_or(|(day, number)| day.len() != 8 || !(1..6).contains(&number.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_sessions_are_told_by_their_ids() {
        for id in ["20250921_143000", "my_session", "20250921", "20250921_", ""] {
            assert!(is_older(id), "{id}");
        }
        for id in ["20260921_1", "20260921_12345"] {
            assert!(!is_older(id), "{id}");
        }
    }
}
