//! An agent goes on with a session.
#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::Command,
};

use serde_json::{Value, json};

use crate::common::{Place, Ran, line, session_name};

/// What stands in for opencode: it notes what it is given, and takes nothing in.
const DEAF: &str = "#!/bin/sh\ncat \"$2\" > \"$HOME/given.json\"\necho no such thing >&2\n";

struct Home {
    place: Place,
    session: String,
}

/// A place where one session of two messages is imported, and a folder to go on in.
fn home() -> Home {
    let place = Place::new();
    place.transcripts(1, 2);
    place.import("A");
    fs::create_dir(place.path("other")).unwrap();
    let session = place.json("A", &["list", "sessions"])[0]["id"].as_str().unwrap().to_owned();
    Home { place, session }
}

impl Home {
    fn command(&self, words: &[&str]) -> Command {
        let all: Vec<_> =
            ["resume", &self.session].into_iter().chain(words.iter().copied()).collect();
        let mut command = self.place.command("A", &all);
        command.env("SHELL", "/bin/sh");
        command
    }

    fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.command(words).output().unwrap())
    }

    fn json(&self, words: &[&str]) -> Value {
        let ran = self.run(&[words, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        serde_json::from_str(&ran.stdout).unwrap()
    }

    fn other(&self) -> String {
        fs::canonicalize(self.place.path("other")).unwrap().to_str().unwrap().to_owned()
    }

    /// Where Claude Code looks for the session in the other folder.
    fn project(&self) -> std::path::PathBuf {
        let plain = |it: char| if it.is_ascii_alphanumeric() { it } else { '-' };
        let folder: String = self.other().chars().map(plain).collect();
        self.place.path("home/.claude/projects").join(folder)
    }

    fn file(&self) -> std::path::PathBuf {
        self.project().join(format!("{}.jsonl", session_name(0)))
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_agents_own_records_are_there_in_another_folder_and_nobody_elses_can_read_them() {
    let home = home();
    let ran = home.run(&["--in", "other", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let command = format!("cd {} && claude --resume {}\n", home.other(), session_name(0));
    assert_eq!(ran.stdout, command);
    assert!(ran.stderr.contains("gets its own records"), "{ran:?}");
    assert!(ran.stderr.contains("Differs: the session was in /src/engine."), "{ran:?}");
    assert!(ran.stderr.contains("no program `claude` on the PATH"), "{ran:?}");
    let written = fs::read_to_string(home.file()).unwrap();
    assert_eq!(written, line(0, 0) + &line(0, 1));
    assert_eq!((mode(&home.file()), mode(&home.project())), (0o600, 0o700));
    assert_eq!(fs::read_dir(home.project()).unwrap().count(), 1, "nothing is left beside it");

    // What the agent adds stays, and is there.
    let more = written + &line(0, 2);
    fs::write(home.file(), &more).unwrap();
    let there = home.json(&["--in", "other", "--yes"]);
    assert_eq!((&there["there"], &there["files"]), (&json!(true), &json!([])));
    assert_eq!(fs::read_to_string(home.file()).unwrap(), more);
}

#[test]
fn a_file_that_differs_is_never_written_over() {
    let home = home();
    fs::create_dir_all(home.project()).unwrap();
    fs::write(home.file(), line(0, 0)).unwrap();
    let ran = home.run(&["--in", "other", "--yes"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("claude --resume"), "{ran:?}");
    assert_eq!(fs::read_to_string(home.file()).unwrap(), line(0, 0));
}

#[test]
fn nothing_is_written_through_a_link() {
    let home = home();
    let elsewhere = home.place.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let refused = |home: &Home| {
        let ran = home.run(&["--in", "other", "--yes", "--json"]);
        assert_eq!(ran.code, 2, "{ran:?}");
        let said: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(said["error"]["code"], "not_plain");
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    };
    symlink(&elsewhere, home.project()).unwrap();
    refused(&home);
    fs::remove_file(home.project()).unwrap();
    fs::create_dir(home.project()).unwrap();
    symlink(elsewhere.join("new"), home.file()).unwrap();
    refused(&home);
    fs::remove_dir_all(home.place.path("home/.claude/projects")).unwrap();
    symlink(&elsewhere, home.place.path("home/.claude/projects")).unwrap();
    refused(&home);
}

#[test]
fn nothing_is_written_before_somebody_agrees() {
    let home = home();
    let plan = home.json(&["--in", "other", "--dry-run"]);
    assert_eq!((&plan["there"], &plan["kept"]), (&json!(false), &json!(true)));
    let files: Vec<_> = plan["files"].as_array().unwrap().iter().collect();
    assert_eq!(files, [home.file().to_str().unwrap()]);
    let ran = home.run(&["--in", "other"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("hint: agree:"), "{ran:?}");
    assert!(!home.project().exists());
    let (code, said) = home.place.fails("A", &["resume", &home.session, "--yes"]);
    assert_eq!(code, 2);
    assert!(said.contains("there is no folder /src/engine on this device"), "{said}");
}

#[test]
fn another_agent_is_told_the_session_and_it_can_be_imported() {
    let home = home();
    let told = home.json(&["--in", "other", "--with", "codex", "--yes"]);
    assert_eq!((&told["agent"], &told["kept"]), (&json!("Codex"), &json!(false)));
    home.place.ok("A", &["import", "--from", "home", "--agent", "codex"]);
    let sessions = home.place.json("A", &["list", "sessions", "--where", "source=codex"]);
    assert_eq!(sessions[0]["external_id"], told["session"]);
    assert_eq!(sessions[0]["cwd"], home.other().as_str());
    let show =
        |id: &str| home.place.json("A", &["show", id, "--format", "json"])["messages"].clone();
    let texts = |all: Value| -> Vec<Value> {
        all.as_array().unwrap().iter().map(|it| it["text"].clone()).collect()
    };
    assert_eq!(texts(show(sessions[0]["id"].as_str().unwrap())), texts(show(&home.session)));
    let (code, said) = home.place.fails("A", &["resume", &home.session, "--with", "nobody"]);
    assert_eq!(code, 2);
    assert!(said.contains("Claude Code") && said.contains("--with AGENT"), "{said}");
}

#[test]
fn the_branch_and_the_repository_are_compared() {
    let home = home();
    let git = home.place.path("other/.git");
    fs::create_dir(&git).unwrap();
    fs::write(git.join("HEAD"), "ref: refs/heads/topic\n").unwrap();
    fs::write(git.join("config"), "[remote \"origin\"]\nurl = git@example.com:a/b.git\n").unwrap();
    let id = home.place.id("A", "workspaces", "path=/src/engine");
    home.place.ok("A", &["set", "workspaces", &id, "git_remote=https://me:pw@example.com/a/c"]);
    home.place.ok("A", &["set", "sessions", &home.session, "git_branch=main"]);
    let plan = home.json(&["--in", "other", "--dry-run"]);
    let differs = plan["differs"].as_array().unwrap();
    assert!(differs.contains(&json!({"what": "branch", "was": "main", "is": "topic"})), "{plan}");
    let remote = json!({"what": "remote", "was": "example.com/a/c", "is": "example.com/a/b"});
    assert!(differs.contains(&remote), "{plan}");
    home.place.ok("A", &["set", "workspaces", &id, "git_remote=ssh://git@example.com/a/b"]);
    home.place.ok("A", &["set", "sessions", &home.session, "git_branch=topic"]);
    let plan = home.json(&["--in", "other", "--dry-run"]);
    let differs = plan["differs"].as_array().unwrap();
    assert!(differs.iter().all(|it| it["what"] != "remote" && it["what"] != "branch"), "{plan}");
}

#[test]
fn an_agent_that_takes_a_session_in_itself_is_believed_only_when_it_has_it() {
    let home = home();
    let with = ["--in", "other", "--with", "opencode", "--yes"];
    let ran = home.run(&with);
    assert!(ran.code == 1 && ran.stderr.contains("no program `opencode`"), "{ran:?}");
    let program = home.place.path("bin/opencode");
    fs::create_dir(home.place.path("bin")).unwrap();
    fs::write(&program, DEAF).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", home.place.path("bin").display());
    let ran = Ran::of(home.command(&with).env("PATH", path).output().unwrap());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("opencode did not take the session in"), "{ran:?}");
    assert!(ran.stderr.contains("no such thing"), "{ran:?}");
    let given = fs::read_to_string(home.place.path("home/given.json")).unwrap();
    let given: Value = serde_json::from_str(&given).unwrap();
    assert_eq!(given["info"]["directory"], home.other().as_str());
    assert_eq!(given["messages"].as_array().unwrap().len(), 2);
}
