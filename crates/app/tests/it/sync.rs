//! Profiles that share a remote.

use std::{fs::File, io::Read, process::Stdio};

use crate::common::Place;
use driftline_core::{
    Durability, Schema, Store,
    store::{QueueId, QueueList, Standing},
};
use driftline_sqlite::SqliteStore;
use serde_json::json;

#[test]
fn a_pause_lasts_until_somebody_ends_it() {
    let place = Place::new();
    place.share("A");
    place.share("B");
    let app = place.app("A");
    assert_eq!(app.act("/sync/pause", "").0, 200);
    place.ok("A", &["add", "inbox", "title=waits"]);
    assert_eq!(app.interrupt(), Some(0));
    // Also for a program that is started later.
    let app = place.app("A");
    let page = app.page("/sync").body;
    assert!(page.contains("Go on") && page.contains("Paused, 1 waiting"), "{page}");
    let status = place.json("A", &["status"]);
    assert_eq!((&status["paused"], &status["waiting"]), (&json!(true), &json!(1)));
    let told = place.ok("A", &["status"]);
    let resume = told.split("Paused: nothing is synced by itself.").nth(1).unwrap();
    let words: Vec<_> = resume.lines().next().unwrap().split_whitespace().skip(3).collect();
    assert_eq!(words, ["config", "set", "sync.paused", "false"]);
    let received = || place.json("B", &["sync"])["received"].as_u64();
    assert_eq!(received(), Some(0));
    place.ok("A", &words);
    assert!(std::iter::repeat_with(received).any(|it| it == Some(1)));
    assert!(app.page("/sync").body.contains("Pause</button>"));
}

#[test]
fn sync_and_status_tell_where_things_stand() {
    let place = Place::new();
    let status = place.json("A", &["status"]);
    assert_eq!(
        status,
        json!({
            "state": "local", "waiting": 0, "parked": 0, "unread": 0, "excluded": 0,
            "held": 0,
            "last_contact_at": null,
            "remote": null, "error": null, "paused": false, "set_aside": [],
            "counts": { "comments": 0, "inbox": 0, "messages": 0, "sessions": 0, "workspaces": 0 },
        })
    );
    place.share("A");
    place.ok("A", &["add", "inbox", "title=a"]);
    let status = place.json("A", &["status"]);
    assert_eq!((&status["state"], &status["waiting"]), (&json!("offline"), &json!(1)));
    let said = place.ok("A", &["sync"]);
    assert!(said.starts_with("✓ Synced: received 0, sent 1, 0 parked. Code "), "{said}");
    let code = place.json("A", &["digest"])["code"].clone();
    assert!(said.contains(code.as_str().unwrap()), "{said} {code}");
    let status = place.json("A", &["status"]);
    assert_eq!((&status["state"], &status["waiting"]), (&json!("synced"), &json!(0)));
    assert!(status["last_contact_at"].as_str().unwrap().ends_with('Z'), "{status}");
    assert!(status["remote"].as_str().unwrap().contains("shared.db"), "{status}");
    assert!(place.ok("A", &["status"]).starts_with("✓ Synced"));
}

#[test]
fn one_process_syncs_at_a_time_and_the_others_wait() {
    let place = Place::new();
    place.share("A");
    place.ok("A", &["add", "inbox", "title=a"]);
    let turn = File::options().write(true).open(place.path("A/sync.lock")).unwrap();
    turn.lock().unwrap();
    assert_eq!(place.json("A", &["status"])["state"], "syncing");
    assert_eq!(place.json("A", &["list", "inbox"]).as_array().unwrap().len(), 1);
    let mut command = place.command("A", &["sync"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let mut said = [0; 7];
    stderr.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"Another", "it says that it waits");
    assert!(child.try_wait().unwrap().is_none());
    drop(turn);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("sent 1"));
}

#[test]
fn why_tells_where_a_row_stands() {
    let place = Place::new();
    place.share("A");
    let id = place.ok("A", &["add", "inbox", "title=a"]);
    let id = id.trim();
    let why = place.json("A", &["why", "inbox", id]);
    assert_eq!((&why["state"], &why["shown"]), (&json!("waiting"), &json!(true)));
    assert_eq!(why["queue"][0]["fields"], json!(["title"]));
    place.ok("A", &["sync"]);
    assert_eq!(place.json("A", &["why", "inbox", id])["state"], "synced");
    place.ok("A", &["set", "inbox", id, "title=b"]);
    place.ok("A", &["rm", "inbox", id]);
    let told = place.ok("A", &["why", "inbox", id]);
    for part in ["waits to be sent", "deleted on this device", "“a”", "Created on this device"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(place.fails("A", &["why", "inbox", "abc"]).0, 3);
}

#[test]
fn a_sync_that_leaves_rows_aside_ends_with_a_code_of_its_own() {
    let place = Place::new();
    place.share("A");
    place.ok("A", &["add", "inbox", "title=waits"]);
    let file = place.path("A").join("driftline.db");
    let store = SqliteStore::open(&file, Schema::registered().unwrap()).unwrap();
    let store: &dyn Store = &store;
    let parked = store.transact(Durability::Normal, |tx| {
        for mut entry in tx.queue(QueueList::Waiting, QueueId::default(), 10)? {
            entry.standing = Standing::Parked("not today".into());
            tx.enqueue(&entry)?;
        }
        Ok(())
    });
    parked.unwrap();
    let (code, said) = place.fails("A", &["sync"]);
    assert!(code == 6 && said.contains("1 row was refused"), "{code}: {said}");
    assert!(place.ok("A", &["retry"]).contains("not today"));
    assert!(place.ok("A", &["sync"]).starts_with("✓ Synced: received 0, sent 1, 0 parked."));
}

#[test]
fn why_tells_of_a_row_that_is_only_set_aside() {
    let place = Place::new();
    place.share("A");
    place.ok("A", &["sync"]);
    let file = place.path("A").join("driftline.db");
    let store = SqliteStore::open(&file, Schema::registered().unwrap()).unwrap();
    let store: &dyn Store = &store;
    let id = "01a1f866-0d00-83c1-a895-4445f6a24a56";
    let reason = "`title` is no number of ours";
    let list = json!([
        { "entity": "inbox", "id": id, "reason": reason, "hash": 0, "blind": false },
    ]);
    let set_aside = store.transact(Durability::Normal, |tx| {
        tx.set_meta("unread", Some(&list.to_string()))?;
        tx.set_meta(&format!("unread.inbox.{id}"), Some("{\"title\":2.0}"))
    });
    set_aside.unwrap();
    for words in [&["why", id][..], &["why", "inbox", id]] {
        let told = place.ok("A", words);
        assert!(told.contains("(set aside)") && told.contains(reason), "{told}");
        assert!(told.contains("{\"title\":2.0}"), "{told}");
        let object = place.json("A", words);
        assert_eq!([&object["state"], &object["entity"]], ["set_aside", "inbox"]);
    }
    let (code, _) = place.fails("A", &["why", "comments", id]);
    assert_eq!(code, 3);
}

#[test]
fn who_only_looks_does_not_wait_for_who_writes() {
    let place = Place::new();
    place.share("A");
    place.ok("A", &["add", "inbox", "title=here"]);
    let file = place.path("A").join("driftline.db");
    let store = SqliteStore::open(&file, Schema::registered().unwrap()).unwrap();
    let store: &dyn Store = &store;
    // As long as an import takes.
    let importing = store.transact(Durability::Normal, |tx| {
        tx.set_meta("import.long", Some("not done yet"))?;
        assert!(place.ok("A", &["list", "inbox"]).contains("here"));
        assert_eq!(place.json("A", &["status"])["counts"]["inbox"], 1);
        Ok(())
    });
    importing.unwrap();
}
