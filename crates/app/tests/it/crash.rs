//! `kill -9` at many moments: the next run goes on, and nothing is missing.

use std::{fs, path::PathBuf, process::Child};

use crate::common::Place;

const SESSIONS: usize = 12;
const MESSAGES: usize = 150;
/// At how many moments each is killed. (Every moment there is has its turn in `power.rs` of
/// the SQLite backend, without processes.)
const MOMENTS: u64 = 5;

/// How large a database is, with what is not yet folded into it.
fn size(database: &str, place: &Place) -> u64 {
    let files = [format!("{database}-wal"), database.to_owned()].map(|it| place.path(&it));
    let size = |it: PathBuf| fs::metadata(it).map_or(0, |it| it.len());
    files.into_iter().map(size).sum()
}

/// Kills `child` once `database` has grown beyond `limit`. Returns whether it came to
/// that before the child ended.
fn kill_at(place: &Place, child: &mut Child, database: &str, limit: u64) -> bool {
    while child.try_wait().unwrap().is_none() {
        if size(database, place) > limit {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        std::thread::yield_now();
    }
    false
}

fn spawn(place: &Place, profile: &str, words: &[&str]) -> Child {
    let mut command = place.command(profile, words);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command.spawn().unwrap()
}

fn parts(whole: u64) -> impl Iterator<Item = u64> {
    (0..MOMENTS).map(move |it| whole * it / MOMENTS)
}

#[test]
fn an_import_that_is_killed_goes_on_where_it_was() {
    let place = Place::new();
    place.transcripts(SESSIONS, MESSAGES);
    place.import("whole");
    let (expected, whole) = (place.json("whole", &["digest"]), size("whole/driftline.db", &place));
    let mut killed = 0;
    for (number, limit) in parts(whole).enumerate() {
        // Each on a new profile, and again and again on one.
        for profile in [format!("new-{number}"), "same".to_owned()] {
            let mut child = spawn(&place, &profile, &["import", "--from", "home"]);
            let database = format!("{profile}/driftline.db");
            killed += u32::from(kill_at(&place, &mut child, &database, limit));
            if profile != "same" {
                place.import(&profile);
                assert_eq!(place.json(&profile, &["digest"]), expected, "killed at {limit}");
            }
        }
    }
    place.import("same");
    assert_eq!(place.json("same", &["digest"]), expected);
    assert!(killed >= 4, "the kills must come in time: {killed}");
}

#[test]
fn a_sync_that_is_killed_goes_on_where_it_was() {
    let place = Place::new();
    place.transcripts(SESSIONS, MESSAGES);
    place.import("sender");
    let expected = place.json("sender", &["digest"]);
    let whole = size("sender/driftline.db", &place);
    let mut killed = 0;
    for (number, limit) in parts(whole).enumerate() {
        let (sender, receiver) = (format!("s{number}"), format!("r{number}"));
        place.import(&sender);
        let remote = format!("remote-{number}.db");
        for profile in [&sender, &receiver] {
            let words = ["config", "set", "remote.backend", "sqlite", "remote.path", &remote];
            place.ok(profile, &words);
        }
        let mut child = spawn(&place, &sender, &["sync"]);
        killed += u32::from(kill_at(&place, &mut child, &remote, limit));
        place.ok(&sender, &["sync"]);
        let mut child = spawn(&place, &receiver, &["sync"]);
        let database = format!("{receiver}/driftline.db");
        killed += u32::from(kill_at(&place, &mut child, &database, limit));
        place.ok(&receiver, &["sync"]);
        for profile in [&sender, &receiver] {
            assert_eq!(place.json(profile, &["digest"]), expected, "killed at {limit}");
            assert_eq!(place.json(profile, &["status"])["state"], "synced");
        }
    }
    assert!(killed >= 4, "the kills must come in time: {killed}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_costs_nothing_that_was_written() {
    let place = Place::new();
    place.transcripts(9, MESSAGES);
    let id = place.ok("A", &["add", "inbox", "title=before"]);
    place.import("whole");
    // No file of this process may grow beyond a limit: what a full disk looks like.
    let limited = r#"trap '' XFSZ; ulimit -f 400; exec "$0" "$@""#;
    let mut command = std::process::Command::new("sh");
    command.env_clear().env("HOME", place.path("home")).current_dir(place.path(""));
    command.args(["-c", limited, env!("CARGO_BIN_EXE_driftline")]);
    command.args(["--profile", "A", "import", "--from", "home", "--json"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = report["problems"].as_array().unwrap();
    assert!(problems.len() < 9, "one problem is not told once for each file: {report}");
    let problem = &problems[0];
    assert!(problem["path"].as_str().unwrap().ends_with(".jsonl"), "{report}");
    assert!(problem["reason"].as_str().unwrap().contains("driftline.db"), "{report}");
    place.ok("A", &["get", "inbox", id.trim()]);
    place.import("A");
    let digests = ["A", "whole"].map(|it| place.json(it, &["digest"])["messages"].clone());
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn what_was_reported_as_written_survives() {
    let place = Place::new();
    place.transcripts(4, MESSAGES);
    let mut child = spawn(&place, "A", &["import", "--from", "home"]);
    kill_at(&place, &mut child, "A/driftline.db", 0);
    let mut ids = Vec::new();
    for title in ["one", "two", "three"] {
        let mut child = spawn(&place, "A", &["import", "--from", "home"]);
        ids.push(place.ok("A", &["add", "inbox", &format!("title={title}")]));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    for id in ids {
        place.ok("A", &["get", "inbox", id.trim()]);
    }
}
