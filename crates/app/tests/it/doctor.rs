//! `doctor`: what is wrong with a remote is told by name, with what helps, and looking changes
//! nothing there.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::common::{Place, Ran};

/// What `doctor` says of one thing.
fn told(ran: &Ran, what: &str) -> String {
    let lines: Vec<&str> = ran.stdout.lines().filter(|it| it[4..].starts_with(what)).collect();
    assert_eq!(lines.len(), 1, "{what}: {}", ran.stdout);
    lines[0].to_owned()
}

fn fine(place: &Place, profile: &str) -> Ran {
    let ran = place.run(profile, &["doctor"]);
    assert!(ran.code == 0 && !ran.stdout.contains('✗'), "{ran:?}");
    ran
}

/// The line of the one thing that is wrong.
fn wrong(place: &Place, profile: &str) -> String {
    let ran = place.run(profile, &["doctor"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let lines: Vec<&str> = ran.stdout.lines().filter(|it| it.starts_with('✗')).collect();
    assert_eq!(lines.len(), 1, "{}", ran.stdout);
    lines[0].to_owned()
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => drop(all.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    all
}

fn find(folder: &Path, name: &str) -> PathBuf {
    files(folder).into_keys().find(|it| it.to_str().unwrap().contains(name)).unwrap()
}

#[test]
fn no_remote_is_no_fault() {
    let place = Place::new();
    let said = told(&fine(&place, "a"), "remote");
    assert!(said.contains("stays on this device") && said.contains("connect"), "{said}");
}

#[test]
fn a_file_is_looked_over_and_never_made() {
    let place = Place::new();
    let file = place.path("hub.db");
    place.ok("a", &["add", "sessions", "name=From a"]);
    let path = format!("path={}", file.display());
    place.ok("a", &["connect", "sqlite", &path, "--yes"]);
    let ran = fine(&place, "a");
    assert!(told(&ran, "remote").contains("hub.db"));
    assert!(told(&ran, "changes").contains("1 so far"));
    assert!(told(&ran, "account").contains("the one of this profile"));
    assert!(told(&ran, "round trip").contains(" ms"));
    fs::remove_file(&file).unwrap();
    let said = wrong(&place, "a");
    assert!(said.contains("remote") && said.contains("is the drive mounted"), "{said}");
    assert!(!file.exists());
}

#[test]
fn a_bucket_is_looked_over() {
    let place = Place::new();
    let folder = place.path("bucket");
    fs::create_dir(&folder).unwrap();
    let url = format!("url=file://{}", folder.display());
    for number in 1..=3 {
        place.ok("a", &["add", "sessions", &format!("name=Row {number}")]);
        match number {
            1 => place.ok("a", &["connect", "bucket", &url, "--secret-file", "--yes"]),
            _ => place.ok("a", &["sync"]),
        };
    }
    let there = files(&folder);
    let ran = fine(&place, "a");
    assert!(told(&ran, "space").contains("sealed"));
    let key = told(&ran, "key");
    assert!(key.contains("kept here"), "{key}");
    let words = place.json("a", &["key", "show"])["key"].as_str().unwrap().to_owned();
    let of_key: Vec<&str> = words.split_whitespace().take(2).collect();
    assert!(!ran.stdout.contains(&of_key.join(" ")), "the key is never told");
    assert!(told(&ran, "entries").contains("3 there, the last is number 3, 20"));
    assert!(told(&ran, "snapshot").contains("none yet"));
    assert!(told(&ran, "log").contains("read up to entry 3"));
    assert!(told(&ran, "account").contains("the one of this profile"));
    let json = place.json("a", &["doctor"]);
    let entries = json.as_array().unwrap().iter().find(|it| it["check"] == "entries").unwrap();
    assert_eq!(entries["ok"], true);
    assert!(entries["at"].as_str().unwrap().ends_with('Z'), "{entries}");
    assert_eq!(json[0]["at"], Value::Null);

    // One thing after another is wrong, and put right again.
    let hides = |name: &str, check: &dyn Fn(&str)| {
        let (path, away) = (find(&folder, name), place.path("away"));
        fs::rename(&path, &away).unwrap();
        let before = files(&folder);
        check(&wrong(&place, "a"));
        assert_eq!(files(&folder), before, "looking changes nothing there");
        fs::rename(&away, &path).unwrap();
    };
    hides("space.json", &|it| {
        assert!(it.contains("space") && it.contains("nothing of yours"), "{it}");
    });
    hides("0000002", &|it| {
        assert!(it.contains("entries") && it.contains("entry 2 of"), "{it}");
        assert!(it.contains("was deleted, and entry"), "{it}");
    });
    let (tokens, away) = (place.path("a/tokens"), place.path("no-tokens"));
    fs::rename(&tokens, &away).unwrap();
    let said = wrong(&place, "a");
    assert!(said.contains("its key is not on this device"), "{said}");
    fs::rename(&away, &tokens).unwrap();
    fs::rename(&folder, place.path("unplugged")).unwrap();
    let said = wrong(&place, "a");
    assert!(said.contains("remote"), "{said}");
    fs::rename(place.path("unplugged"), &folder).unwrap();
    fine(&place, "a");
    assert_eq!(files(&folder), there);
}

#[test]
fn another_account_is_told_before_a_sync_is_refused() {
    let place = Place::new();
    for name in ["one", "two"] {
        let path = format!("path={}", place.path(&format!("{name}.db")).display());
        place.ok(name, &["add", "sessions", "name=x"]);
        place.ok(name, &["connect", "sqlite", &path, "--yes"]);
    }
    let other = format!("remote.path={}", place.path("two.db").display());
    let ran = place.run("one", &["doctor", "--config", &other]);
    let said = told(&ran, "account");
    assert!(said.starts_with('✗') && said.contains("belongs to"), "{said}");
    assert!(said.contains("connect"), "what helps: {said}");
}
