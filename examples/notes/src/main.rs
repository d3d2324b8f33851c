//! Notes: a program with an entity of its own. `notes TEXT` adds one; all are printed.
#![allow(clippy::print_stdout, reason = "this is what the program is for")]

use driftline::{Db, SyncEntity};

/// Something to remember.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
struct Note {
    /// What it says.
    text: String,
}

fn main() -> driftline::Result<()> {
    let db = Db::open("notes.db")?;
    if let Some(text) = std::env::args().nth(1) {
        db.insert(Note { text })?;
    }
    for note in db.query::<Note>().newest_first().limit(20).all()? {
        println!("{}", note.text);
    }
    Ok(())
}
