//! Adds a note, and prints the newest.
#![allow(clippy::print_stdout, reason = "this is what the program is for")]

use driftline::Db;
use notes::Note;

fn main() -> driftline::Result<()> {
    let db = Db::open("notes.db")?;
    if let Some(text) = std::env::args().nth(1) {
        db.insert(Note { text, ..Note::default() })?;
    }
    for note in db.query::<Note>().newest_first().limit(20).all()? {
        println!("{}", note.text);
    }
    Ok(())
}
