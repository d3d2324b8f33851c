//! What Pebble wrote is imported, listed and found like what any other agent wrote.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::{fs, path::Path, process::Command};

const CHAT: &str = r#"{"chat":"a1","id":"1","at":1790000000000,"who":"you","says":"Where is the moss?"}
{"chat":"a1","id":"2","at":1790000001000,"who":"pebble","says":"On the north side."}
"#;

fn run(folder: &Path, words: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_reader"));
    program.env_clear().env("HOME", folder).current_dir(folder);
    let output = program.args(["--profile", "profile"]).args(words).output().unwrap();
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_chat_of_pebble_is_a_session_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let chats = folder.path().join(".pebble/chats");
    fs::create_dir_all(&chats).unwrap();
    fs::write(chats.join("a1.jsonl"), CHAT).unwrap();
    for _again in 0..2 {
        run(folder.path(), &["import"]);
        let sessions = run(folder.path(), &["list", "sessions", "--json"]);
        assert_eq!(sessions.matches("\"pebble\"").count(), 1, "{sessions}");
        assert!(sessions.contains("Where is the moss?"), "{sessions}");
    }
    assert!(run(folder.path(), &["search", "north"]).contains("moss"));
}
