//! What was noted is still there when the program starts again.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::{path::Path, process::Command};

fn run(folder: &Path, words: &[&str]) -> String {
    let mut notes = Command::new(env!("CARGO_BIN_EXE_notes"));
    let output = notes.args(words).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn notes_stay() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &[]), "");
    run(folder.path(), &["Buy milk"]);
    assert_eq!(run(folder.path(), &[]), "Buy milk\n");
}
