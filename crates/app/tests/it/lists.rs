//! Lists of any entity, and the ways from one session to what is in it and beside it.
#![cfg(unix)]

use crate::common::{Place, message_name, session_name};

/// The rows of a list, each from its beginning to its end.
fn rows(page: &str) -> Vec<&str> {
    let body = page.split("<tbody>").nth(1).unwrap_or_default();
    body.split("<tr").skip(1).map(|it| it.split("</tr>").next().unwrap()).collect()
}

#[test]
fn a_list_is_narrowed_by_the_values_of_fields_whatever_the_entity() {
    let place = Place::new();
    let add = |words: &[&str]| place.ok("A", &[&["add"], words].concat()).trim().to_owned();
    let home = add(&["workspaces", "path=/home", "pinned=true"]);
    let tried = add(&["workspaces", "path=/tried", "pinned=true"]);
    place.ok("A", &["set", "workspaces", &tried, "pinned=false"]);
    add(&["workspaces", "path=/never"]);
    add(&["sessions", "name=One", "source=codex", &format!("workspace={home}")]);
    add(&["sessions", "name=Two", "source=claude-code", &format!("workspace={tried}")]);
    let app = place.app("A");
    let found = |path: &str, parts: &[&str]| {
        let page = app.page(path).body;
        assert_eq!(rows(&page).len(), parts.len(), "{path}: {page}");
        for part in parts {
            assert!(rows(&page).iter().any(|it| it.contains(part)), "{path}: {part}: {page}");
        }
        page
    };
    found("/e/workspaces?f.pinned=true", &["/home"]);
    let page = found("/e/workspaces?f.pinned=false", &["/tried", "/never"]);
    assert!(page.contains("2 rows") && page.contains("Pinned: no"), "{page}");
    let page = found(&format!("/e/sessions?f.workspace={home}&sort=name"), &["One"]);
    assert!(page.contains("Workspace: /home"), "a reference is shown by name: {page}");
    assert!(page.contains("name=\"sort\" value=\"name\""), "the order stays: {page}");
    let page = found("/e/sessions?f.source=codex", &["One"]);
    assert!(page.contains("<option value=\"claude-code\">"), "{page}");
    found("/e/sessions?f.source=codex&f.archived=true", &[]);
    for nothing in ["f.workspace=x", "f.source=%27%20OR%201%3D1"] {
        assert!(found(&format!("/e/sessions?{nothing}"), &[]).contains("Nothing is like that"));
    }
    found("/e/sessions?f.nothing=x", &["One", "Two"]);
}

#[test]
fn a_row_has_its_name_once() {
    let place = Place::new();
    place.ok("A", &["add", "sessions", "name=Once upon a time", "note=Twice"]);
    place.ok("A", &["add", "inbox", "title=A note", "body=What it says"]);
    // Called by its folder, for want of a name.
    place.ok("A", &["add", "sessions", "cwd=/only/here"]);
    let app = place.app("A");
    let page = app.page("/e/sessions").body;
    let row = rows(&page).into_iter().find(|it| it.contains("/only/here")).unwrap();
    assert_eq!(row.matches("/only/here").count(), 1, "{row}");
    for (path, name, other) in
        [("/e/sessions", "Once upon a time", "Twice"), ("/e/inbox", "A note", "What it says")]
    {
        let page = app.page(path).body;
        let row = rows(&page).into_iter().find(|it| it.contains(name)).unwrap();
        assert_eq!(row.matches(name).count(), 1, "{row}");
        assert_eq!(row.matches(other).count(), 1, "{row}");
    }
}

#[test]
fn words_are_found_in_one_session_in_the_order_of_the_conversation() {
    let place = Place::new();
    place.transcripts(3, 20);
    place.import("A");
    let id = |entity: &str, name: String| place.id("A", entity, &format!("external_id={name}"));
    let session = id("sessions", session_name(1));
    let app = place.app("A");
    let find = |typed: &str| app.page(&format!("/s/{session}/find?q={typed}")).body;
    let page = find("message");
    assert!(page.contains("20 messages"), "{page}");
    assert!(!page.contains("of session 2"), "{page}");
    let at = |number| {
        let link = format!("/s/{session}?at={}", id("messages", message_name(1, number)));
        page.find(&link).unwrap()
    };
    assert!(at(3) < at(4) && at(4) < at(5), "{page}");
    assert!(find("nothing-has-this").contains("Nothing was found"));
    assert!(find("").contains("role:user"), "what can be typed is said");
    assert!(find("colour:red").contains("box--warn"), "{}", find("colour:red"));
    assert!(find("%3Cscript%3E").contains("&lt;script&gt;"));
    assert_eq!(app.page("/s/0193ab40-1c00-7000-8000-000000000001/find").status, 404);
    let page = app.page(&format!("/s/{session}")).body;
    assert!(page.contains(&format!("data-find=\"/s/{session}/find\"")), "{page}");
    // And beside it, in the list, are the two others.
    for (name, other) in [("Previous session", 2), ("Next session", 0)] {
        let way = page.split(name).next().unwrap().rsplit("<a").next().unwrap();
        assert!(way.contains(&id("sessions", session_name(other))), "{name}: {way}");
    }
}
