//! Zed: all threads of its own agent in one SQLite database, each a JSON document that is
//! packed with zstd. Agents of others that run in Zed keep their own files.

mod content;
mod older;
mod thread;
mod threads;

use std::path::Path;

use crate::{Database, Form, Reader};

inventory::submit! {
    Reader {
        tool: "zed",
        name: "Zed",
        doc: "Zed's threads, in ~/.local/share/zed/threads",
        version: 1,
        places: |home| {
            let folders = [
                ".local/share/zed/threads",
                ".var/app/dev.zed.Zed/data/zed/threads",
                "Library/Application Support/Zed/threads",
                "AppData/Local/Zed/threads",
            ];
            folders.iter().map(|it| home.join(it)).collect()
        },
        accepts: |path: &Path| path.file_name().is_some_and(|it| it == "threads.db"),
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Database(Database { sessions: threads::all, records: threads::records }),
    }
}
