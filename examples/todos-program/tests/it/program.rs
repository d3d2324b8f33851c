//! The three-line program has everything that the original has, and todos.

use std::process::Command;

use tempfile::TempDir;

fn run(folder: &TempDir, profile: &str, words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_todos"));
    command.env_clear().env("HOME", folder.path()).current_dir(folder.path());
    let output = command.args(["--profile", profile]).args(words).output().unwrap();
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn todos_are_listed_changed_and_synced_like_everything_else() {
    let folder = tempfile::tempdir().unwrap();
    for profile in ["A", "B"] {
        let words = ["config", "set", "remote.backend", "sqlite", "remote.path", "shared.db"];
        run(&folder, profile, &words);
    }
    let id = run(&folder, "A", &["add", "todos", "title=Water the plants"]);
    run(&folder, "A", &["sync"]);
    run(&folder, "B", &["sync"]);
    run(&folder, "B", &["set", "todos", id.trim(), "done=true"]);
    run(&folder, "B", &["sync"]);
    run(&folder, "A", &["sync"]);
    assert!(run(&folder, "A", &["list", "todos", "--where", "done=true"]).contains("Water"));
    assert_eq!(run(&folder, "A", &["digest"]), run(&folder, "B", &["digest"]));
    assert!(run(&folder, "A", &["list", "sessions", "--json"]).contains("[]"));
    assert!(run(&folder, "A", &["--help"]).contains("A thing to do."));
    assert!(run(&folder, "A", &["convex-schema"]).contains("  todos: defineTable({"));
    assert!(run(&folder, "A", &["demo"]).contains("Both devices hold the same"));
}
