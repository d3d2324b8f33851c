//! Everything in one file, on another machine, and back: as it is typed.

use std::fs;

use crate::common::Place;
use serde_json::json;

#[test]
fn a_profile_moves_to_another_machine_without_a_remote() {
    let place = Place::new();
    place.transcripts(2, 6);
    place.import("A");
    place.ok("A", &["add", "inbox", "title=by hand"]);
    let written = place.json("A", &["export", "--all", "all.jsonl.zst"]);
    assert_eq!(written["path"], "all.jsonl.zst");
    assert_eq!((&written["excluded"], &written["set_aside"]), (&json!(0), &json!(0)));
    let joined = place.json("B", &["import", "all.jsonl.zst"]);
    assert_eq!(joined["new"], written["rows"]);
    assert_eq!(place.json("B", &["digest"]), place.json("A", &["digest"]));
    assert_eq!(place.json("B", &["digest"])["code"], written["code"]);
    // Again changes nothing, and a person is told what came of it.
    let told = place.ok("B", &["import", "all.jsonl.zst"]);
    assert!(
        told.starts_with("✓ Read 16 rows from all.jsonl.zst: 0 new, 0 changed, 16 here"),
        "{told}"
    );
    place.ok("A", &["add", "inbox", "title=later"]);
    place.ok("A", &["export", "--all", "later.jsonl"]);
    let told = place.ok("B", &["import", "later.jsonl"]);
    assert!(told.contains("1 new, 0 changed, 16 here already"), "{told}");
    let undo = told.lines().find_map(|it| it.split_once("backup restore ")).unwrap().1;
    place.ok("B", &["backup", "restore", undo]);
    assert_eq!(place.json("B", &["digest"])["code"], written["code"], "as it was before");
}

#[test]
fn what_cannot_be_written_or_read_is_told_with_its_line() {
    let place = Place::new();
    place.ok("A", &["add", "inbox", "title=x"]);
    place.ok("A", &["export", "--all", "all.jsonl"]);
    let (code, told) = place.fails("A", &["export", "--all", "all.jsonl", "--json"]);
    assert!(code == 2 && told.contains("\"exists\""), "{told}");
    let text = fs::read_to_string(place.path("all.jsonl")).unwrap();
    let cut: Vec<_> = text.lines().take(2).collect();
    fs::write(place.path("cut.jsonl"), cut.join("\n")).unwrap();
    let (code, told) = place.fails("B", &["import", "cut.jsonl"]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("cut.jsonl, line 3: the file ends here and should go on"), "{told}");
    fs::write(place.path("new.jsonl"), text.replace("\"version\":1", "\"version\":9")).unwrap();
    let (_, told) = place.fails("B", &["import", "new.jsonl", "--json"]);
    assert!(told.contains("\"other_format\"") && told.contains("newer program"), "{told}");
    let (_, told) = place.fails("B", &["export"]);
    assert!(told.contains("<SESSION>"), "{told}");
    let (_, told) = place.fails("B", &["export", "0193ab", "--all", "x.jsonl"]);
    assert!(told.contains("cannot be used with"), "{told}");
}

#[test]
fn what_stays_on_this_device_is_told_when_it_leaves_in_a_file() {
    let place = Place::new();
    place.share("A");
    place.ok("A", &["add", "workspaces", "path=/secret"]);
    place.ok("A", &["exclude", "/secret"]);
    let told = place.ok("A", &["export", "--all", "all.jsonl"]);
    assert!(told.contains("excluded from syncing here: 1 change."), "{told}");
    assert_eq!(place.json("A", &["export", "--all", "b.jsonl"])["excluded"], 1);
}
