//! Purging with the real program: after it, and one sync of each profile, no byte of what was
//! purged is in any file of any of them, or of what they share.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::common::{Place, line, session_name};

const SECRET: &str = "zebrafink-orchard";

/// The files below `path`, or it itself, that hold the secret or its first word.
fn holding(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut entries: Vec<_> =
            fs::read_dir(path).unwrap().map(|it| it.unwrap().path()).collect();
        entries.sort();
        return entries.iter().for_each(|it| holding(it, found));
    }
    let Ok(bytes) = fs::read(path) else { return };
    let word = SECRET.split('-').next().unwrap().as_bytes();
    if bytes.windows(word.len()).any(|it| it.eq_ignore_ascii_case(word)) {
        found.push(path.to_owned());
    }
}

/// The names of the files that hold it, of two profiles and what they share.
fn found(place: &Place) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["A", "B", "shared.db", "shared.db-wal", "shared.db-shm"] {
        holding(&place.path(name), &mut found);
    }
    let folder = place.path("");
    let name = |it: PathBuf| it.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
    found.into_iter().map(name).collect()
}

fn transcript(place: &Place) -> PathBuf {
    let lines: String = (0..6).map(|it| line(0, it)).collect();
    let text = "what is said here";
    let lines: String = lines
        .lines()
        .map(|it| {
            let mut record: Value = serde_json::from_str(it).unwrap();
            record["message"]["content"] = json!(format!("{text}: {SECRET} {it}"));
            format!("{record}\n")
        })
        .collect();
    place.transcript(&format!("{}.jsonl", session_name(0)), &lines)
}

#[test]
fn no_byte_of_a_purged_session_is_left_in_any_file() {
    let place = Place::new();
    let path = transcript(&place);
    for profile in ["A", "B"] {
        place.share(profile);
        place.import(profile);
    }
    let session = place.json("A", &["sessions"])[0]["id"].as_str().unwrap().to_owned();
    place.ok("A", &["set", "sessions", &session, &format!("name={SECRET}")]);
    place.ok("A", &["set", "sessions", &session, "name=harmless"]);
    place.ok("A", &["comment", &session, &format!("about {SECRET}")]);
    for profile in ["A", "B", "A"] {
        place.ok(profile, &["sync"]);
        assert!(place.ok(profile, &["search", "zebrafink"]).contains("zebrafink"));
        place.ok(profile, &["backup"]);
    }
    fs::create_dir_all(place.path("A/exports")).unwrap();
    place.ok("A", &["export", "--all", &place.path("A/exports/all.jsonl").to_string_lossy()]);
    let before = found(&place);
    for name in ["A/driftline.db", "A/index.db", "A/exports", "A/backups", "B/", "shared.db"] {
        assert!(before.iter().any(|it| it.starts_with(name)), "{name}: {before:?}");
    }

    let plan = place.json("A", &["purge", &session, "--dry-run"]);
    assert_eq!(
        plan["owned"],
        json!([
            { "entity": "messages", "rows": 6 },
            { "entity": "comments", "rows": 1 },
        ])
    );
    assert_eq!(found(&place), before);
    let done = place.json("A", &["purge", &session, "--yes"]);
    assert_eq!((&done["rows"], &done["synced"]), (&json!(8), &json!(true)), "{done}");
    assert_eq!(done["failed"], json!([]), "{done}");
    assert!(done["cleaned"].as_array().unwrap().len() >= 3, "{done}");
    assert!(!done["unreached"].as_array().unwrap().is_empty());
    place.ok("B", &["sync"]);
    assert_eq!(found(&place), [""; 0]);

    // What is read of it later is left out, and it says so.
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(line(0, 6).replace("Message 6", SECRET).as_bytes()).unwrap();
    for profile in ["A", "B"] {
        let report = place.import(profile);
        assert_eq!(report["totals"]["new"], json!(0), "{report}");
        assert!(report["totals"]["purged"].as_u64().unwrap() > 0, "{report}");
        let said = place.fails(profile, &["get", "sessions", &session]).1;
        assert!(said.contains("purged for good"), "{said}");
        let said = place.fails(profile, &["restore", "sessions", &session]).1;
        assert!(said.contains("purged for good"), "{said}");
    }
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(line(0, 7).replace("Message 7", SECRET).as_bytes()).unwrap();
    let said = place.ok("A", &["import", "--from", "home"]);
    assert!(said.contains("left out, because they were purged."), "{said}");
    assert_eq!(found(&place), [""; 0]);
    let code = |profile| place.json(profile, &["digest"])["code"].clone();
    assert_eq!(code("A"), code("B"));
}

#[test]
fn a_purge_asks_first_and_says_what_goes() {
    let place = Place::new();
    place.ok("A", &["add", "inbox", "title=mind this"]);
    let id = place.id("A", "inbox", "title=mind this");
    let (code, said) = place.fails("A", &["purge", &id]);
    assert!(code == 2 && said.contains("--yes"), "{code} {said}");
    let said = place.ok("A", &["purge", "inbox", &id, "--yes"]);
    assert!(said.starts_with(&format!("Goes for good: inbox {id} mind this\n")), "{said}");
    assert!(said.contains("✓ Purged 1 row.") && said.contains("Out of reach"), "{said}");
    let (_, said) = place.fails("A", &["purge", &id, "--yes"]);
    assert!(said.contains("purged for good"), "{said}");
    assert_eq!(place.json("A", &["list", "inbox", "--deleted"]), json!([]));
}

#[test]
fn the_trash_is_emptied_of_what_was_deleted_long_enough_ago() {
    let place = Place::new();
    for title in ["one", "other", "kept"] {
        place.ok("A", &["add", "inbox", &format!("title={title}")]);
    }
    for title in ["one", "other"] {
        let id = place.id("A", "inbox", &format!("title={title}"));
        place.ok("A", &["rm", "inbox", &id]);
    }
    let said = place.ok("A", &["purge", "--deleted"]);
    assert_eq!(said, "Nothing was deleted at least 30 days ago.\n");
    let (code, said) = place.fails("A", &["purge", "--deleted", "0"]);
    assert!(code == 2 && said.contains("--yes"), "{code} {said}");
    let planned = place.json("A", &["purge", "--deleted", "0", "--dry-run"]);
    assert_eq!(planned["deleted"][0]["rows"].as_array().unwrap().len(), 2, "{planned}");
    let said = place.ok("A", &["purge", "--deleted", "0", "--yes"]);
    assert!(said.starts_with("Goes for good, because it was deleted:\n  2 inbox\n"), "{said}");
    assert!(said.contains("✓ Purged 2 rows."), "{said}");
    assert_eq!(place.json("A", &["list", "inbox", "--deleted"]), json!([]));
    assert_eq!(place.json("A", &["list", "inbox"]).as_array().unwrap().len(), 1);
    let (code, said) = place.fails("A", &["purge", "--deleted", "0193ab"]);
    assert!(code == 2 && said.contains("--deleted"), "{code} {said}");
}
