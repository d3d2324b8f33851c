//! The pages of the inbox, of workspaces, and of what happened to a row, by what a
//! browser gets and what a person does.

mod world;

use driftline_core::{Id, store::Find};
use driftline_reading::inbox::{Expiring, Outside, Unread};
use world::{Device, hub};

/// How often `part` is in `page`.
fn count(page: &str, part: &str) -> usize {
    page.matches(part).count()
}

#[test]
fn a_comment_is_read_on_one_device_and_read_on_the_other() {
    let (a, b, c, hub) = (Device::new(1), Device::new(2), Device::new(3), hub());
    let session = a.create("sessions", &[("name", "Parser <b>")]);
    let about =
        [("session", &*session.to_string()), ("body", "Why <i>this</i>?"), ("author", "Ana")];
    a.create("comments", &about);
    for device in [&a, &b, &c] {
        device.sync(&hub);
    }
    assert!(a.page("/inbox").contains("Nothing needs you"), "nobody is told of their own words");
    let page = b.page("/inbox");
    assert!(page.contains("Ana on “Parser &lt;b&gt;”: Why &lt;i&gt;this&lt;/i&gt;?"), "{page}");
    assert!(page.contains("aria-label=\"1 unread\""), "{page}");
    let id = page.split("data-key=\"").nth(1).unwrap()[..36].to_owned();
    let opened = b.act(&format!("/inbox/{id}/open"), "");
    assert_eq!(opened.body["go"], format!("/inbox?at={id}"));
    let page = b.page(&format!("/inbox?at={id}"));
    assert!(page.contains(&format!("href=\"/s/{session}\"")), "it leads to the session: {page}");
    assert_eq!(count(&page, "row--unread"), 0);

    let archived = b.act(&format!("/inbox/{id}/archive"), "");
    assert_eq!(archived.toast(), "Done.");
    assert!(b.page("/inbox").contains("Nothing needs you"));
    b.act(&archived.undo(), "");
    assert!(b.page("/inbox").contains("Ana on"));
    b.act(&format!("/inbox/{id}/archive"), "");
    for device in [&b, &c, &a] {
        device.sync(&hub);
        assert!(device.page("/inbox").contains("Nothing needs you"));
        assert_eq!(device.replica.count("inbox", &Find::new()).unwrap(), 1);
        assert!(device.page("/inbox?part=done").contains("Ana on"));
    }
    assert_eq!(b.act(&format!("/inbox/{id}/burn"), "").status, 404);
    assert_eq!(b.act("/inbox/0193ab40-1c2d-7000-8000-0123456789ab/read", "").status, 404);
}

#[test]
fn notes_are_added_and_everything_is_read_at_once() {
    let device = Device::new(1);
    let missing = device.act("/inbox", "title=++&body=x");
    assert!(missing.body["errors"]["title"].is_string());
    assert_eq!(device.act("/inbox", "title=Ask+Charles&body=About+it").toast(), "Added.");
    device.see(Outside {
        problems: vec![Unread { path: "/home/a/x.jsonl".into(), reason: "torn".into(), at: 1 }],
        expiring: vec![Expiring {
            tool: "claude-code".into(),
            files: 3,
            safe: 2,
            days: 30,
            first_at: 5,
            first_unsafe_at: Some(5),
        }],
    });
    let page = device.page("/inbox");
    assert_eq!(count(&page, "row--unread"), 3, "{page}");
    for part in ["Ask Charles", "x.jsonl could not be imported", "1 of 3 transcripts"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(device.act("/inbox/read-all", "").toast(), "3 items marked as read.");
    assert_eq!(count(&device.page("/inbox"), "row--unread"), 0);
    device.see(Outside::default());
    let page = device.page("/inbox");
    assert_eq!(count(&page, "data-row"), 1, "what is over and was read is done: {page}");
}

#[test]
fn both_sides_of_a_conflict_are_shown_and_one_click_brings_one_back() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.create("workspaces", &[("path", "/src"), ("name", "first")]);
    a.sync(&hub);
    b.sync(&hub);
    a.set("workspaces", id, &[("name", "older")]);
    b.pass(60_000);
    b.set("workspaces", id, &[("name", "newer")]);
    b.sync(&hub);
    a.sync(&hub);
    assert!(b.page("/conflicts").contains("No value was lost"));
    let page = a.page("/conflicts");
    for part in ["older", "newer", "a person on this device", "the later edit stands"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(a.page("/inbox").contains("name of “newer”"));
    let place = page.split("/conflicts/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    a.pass(120_000);
    let done = a.act(&format!("/conflicts/{place}/restore"), "");
    assert_eq!(done.toast(), "Name is as it was.");
    let name = |device: &Device| {
        let row = device.replica.get_values("workspaces", id).unwrap().unwrap();
        row.value("name").unwrap().clone()
    };
    assert_eq!(name(&a), "older");
    assert!(a.page("/inbox").contains("Nothing needs you"));
    assert_eq!(a.act(&done.undo(), "").status, 200);
    assert_eq!(name(&a), "newer");
    assert!(a.page("/conflicts?show=history").contains("edited here"));
    assert_eq!(a.act("/conflicts/999/restore", "").status, 404);
    assert_eq!(a.act("/conflicts/x/restore", "").status, 404);
}

/// Two devices that made one workspace each, of one path; with the ids.
fn folded() -> (Device, Device, driftline_core::Hub, Id, Id) {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let one = a.create("workspaces", &[("path", "/src"), ("name", "Engine")]);
    let other = b.create("workspaces", &[("path", "/src"), ("name", "Notes")]);
    b.create("sessions", &[("name", "Of b"), ("workspace", &other.to_string())]);
    for device in [&a, &b, &a, &b] {
        device.sync(&hub);
    }
    (a, b, hub, one, other)
}

#[test]
fn what_was_folded_by_mistake_is_taken_apart_on_both_devices_at_once() {
    let (a, b, hub, one, other) = folded();
    let page = a.page("/conflicts");
    assert!(page.contains("Made on several devices"), "{page}");
    assert!(page.contains(&format!("/folds/workspaces/{other}/split")), "{page}");
    let split = format!("/folds/workspaces/{other}/split");
    let taken = a.act(&split, "path=%2Fsrc%2F");
    assert!(taken.body["errors"]["path"].is_string(), "that is the other's: {}", taken.body);
    a.act(&split, "path=%2Fa");
    b.pass(60_000);
    let done = b.act(&split, "path=%2Fb");
    assert!(done.toast().contains("1 row that names it follows it"), "{}", done.toast());
    for device in [&a, &b, &a, &b] {
        device.sync(&hub);
    }
    for device in [&a, &b] {
        let rows = device.replica.list_values("workspaces", &Find::new()).unwrap();
        assert_eq!(rows.len(), 2);
        let page = device.page("/conflicts");
        assert!(page.contains("taken apart"), "{page}");
        let why = device.page(&format!("/why/{one}"));
        assert!(why.contains(&format!("{other} was taken apart")), "{why}");
    }
    assert_eq!(a.replica.digest().unwrap(), b.replica.digest().unwrap());
    a.act(&done.undo(), "");
    assert_eq!(a.replica.count("workspaces", &Find::new()).unwrap(), 1);
}

#[test]
fn why_finds_any_row_by_the_start_of_its_id() {
    let (a, _b, _hub, one, other) = folded();
    for id in [one, other] {
        let page = a.page(&format!("/why/{id}"));
        assert!(page.contains("made 2 times"), "{page}");
        assert!(page.contains("The remote has it as it is here"), "{page}");
    }
    let note = a.create("inbox", &[("title", "Look")]);
    let page = a.page(&format!("/why/{}", &note.to_string()[..30]));
    for part in ["waits to be sent to the hub", "Created on this device: title", "Look"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(a.status_of("/why/ffff"), 404);
    assert_eq!(a.status_of("/why/nonsense"), 400);
}

#[test]
fn workspaces_are_named_mapped_pinned_and_put_away() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    assert!(a.page("/workspaces").contains("No workspace is here yet"));
    let id = a.create("workspaces", &[("path", "/home/ana/engine")]);
    let session = [("name", "S"), ("workspace", &*id.to_string()), ("cwd", "/home/ana/engine/sub")];
    a.create("sessions", &session);
    let page = a.page(&format!("/workspaces/{id}"));
    for part in ["engine", "/home/ana/engine/sub", ">S<"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let saved = a.act(&format!("/workspaces/{id}"), "name=Engine&here=%2Fmnt%2Fengine");
    assert_eq!(saved.toast(), "Saved.");
    let pinned = a.act(&format!("/workspaces/{id}/pin"), "");
    assert!(a.page("/workspaces").contains("Pinned"));
    a.sync(&hub);
    b.sync(&hub);
    let row = b.replica.get_values("workspaces", id).unwrap().unwrap();
    assert_eq!(row.value("name").unwrap(), "Engine");
    assert_eq!(row.value("here"), None, "where it is here stays here");
    a.act(&pinned.undo(), "");
    a.act(&format!("/workspaces/{id}/archive"), "");
    assert!(!a.page("/workspaces").contains("/home/ana/engine<"));
    assert!(a.page("/workspaces?archived=with").contains("archived"));
    let before = a.replica.status(Some("the hub")).unwrap().waiting;
    assert_eq!(before, 1);
    a.sync(&hub);
    a.act(&format!("/workspaces/{id}"), "name=Engine&here=%2Fmnt%2Fengine");
    let after = a.replica.status(Some("the hub")).unwrap().waiting;
    assert_eq!(after, 0, "what nobody changed is not written");
    assert_eq!(a.act(&format!("/workspaces/{id}/burn"), "").status, 404);
}

#[test]
fn the_trash_is_emptied_at_once() {
    let device = Device::new(1);
    assert!(device.page("/trash/empty").contains("Nothing is deleted"));
    let session = device.create("sessions", &[("name", "A session")]);
    let belongs = [("session", &*session.to_string()), ("text", "What it said")];
    device.create("messages", &belongs);
    device.replica.set_deleted("sessions", session, true).unwrap();
    let page = device.page("/trash");
    assert!(page.contains("href=\"/trash/empty\""), "{page}");
    let page = device.page("/trash/empty");
    assert!(page.contains("1 row of ") && page.contains("With 1 row of "), "{page}");
    assert!(!page.contains("/empty-trash/30"), "nothing was deleted a month ago: {page}");
    assert_eq!(device.act("/empty-trash/30", "").toast(), "Purged 0 rows.");
    assert!(device.page("/trash").contains("A session"));
    assert_eq!(device.act("/empty-trash/0", "").toast(), "Purged 2 rows.");
    assert!(device.page("/trash").contains("Nothing is deleted"));
    assert_eq!(device.act("/empty-trash/soon", "").status, 404);
}

#[test]
fn the_trash_holds_what_is_deleted_of_any_entity() {
    let device = Device::new(1);
    assert!(device.page("/trash").contains("Nothing is deleted"));
    let note = device.create("inbox", &[("title", "A note")]);
    let session = device.create("sessions", &[("name", "A session")]);
    for (entity, id) in [("inbox", note), ("sessions", session)] {
        device.pass(10);
        device.replica.set_deleted(entity, id, true).unwrap();
    }
    let page = device.page("/trash");
    let (first, second) = (page.find("A session").unwrap(), page.find("A note").unwrap());
    assert!(first < second, "the latest comes first");
    let restored = device.act(&format!("/trash/sessions/{session}"), "");
    assert_eq!(restored.toast(), "Restored.");
    assert_eq!(device.replica.count("sessions", &Find::new()).unwrap(), 1);
    assert!(!device.page("/trash").contains("A session"));
    assert!(device.page(&format!("/why/{note}")).contains("it was deleted on this device"));
    device.act(&restored.undo(), "");
    assert!(device.page("/trash").contains("A session"));
}
