//! Likely secrets that a person wrote, by command and on pages.

use crate::common::Place;
use serde_json::json;

fn key() -> String {
    format!("ghp_{}", "a1B2c3".repeat(6))
}

#[test]
fn they_are_listed_and_decided_about() {
    let place = Place::new();
    place.share("A");
    place.share("B");
    assert!(place.run("A", &["held"]).stderr.contains("Nothing is held"));
    let add = |title: &str| {
        let body = format!("body=the key is {}", key().replace('c', title));
        place.ok("A", &["add", "inbox", &format!("title={title}"), &body]).trim().to_owned()
    };
    let (one, two, three) = (add("d"), add("e"), add("f"));
    place.ok("A", &["add", "inbox", "title=plain"]);
    let synced = place.run("A", &["sync"]);
    assert!(synced.stdout.contains("sent 1"), "{}", synced.stdout);
    assert!(synced.stderr.contains("3 changed rows are held"), "{}", synced.stderr);
    let status = place.json("A", &["status"]);
    assert_eq!((&status["state"], &status["held"]), (&json!("synced"), &json!(3)));
    assert!(place.ok("A", &["status"]).contains("3 changed rows are held on this device"));
    let listed = place.ok("A", &["held"]);
    assert!(listed.contains("github-token") && !listed.contains("ghp_"), "{listed}");
    let rows = place.json("A", &["held"]);
    assert_eq!((&rows[0]["id"], &rows[0]["kept"]), (&json!(one), &json!(false)));
    let text = "the key is [secret: github-token]";
    let found = json!([{ "field": "body", "rule": "github-token", "text": text }]);
    assert_eq!(rows[0]["found"], found);
    let why = place.json("A", &["why", "inbox", &one]);
    assert_eq!((&why["state"], &why["queue"][0]["held"]["kept"]), (&json!("held"), &json!(false)));
    assert!(
        place.ok("A", &["why", "inbox", &one]).contains("held on this device until you decide")
    );

    assert_eq!(place.json("A", &["held", "send", &one])["changed"], json!([one]));
    assert!(place.ok("A", &["held", "redact", &two]).contains("1 row changed"));
    assert!(place.ok("A", &["held", "keep", "--all"]).contains("1 row kept on this device"));
    place.ok("A", &["sync"]);
    place.ok("B", &["sync"]);
    let body = |id: &str| place.json("B", &["get", "inbox", id])["body"].clone();
    assert_eq!(body(&one), format!("the key is {}", key().replace('c', "d")));
    assert_eq!(body(&two), text);
    assert_eq!(place.fails("B", &["get", "inbox", &three]).0, 3);
    assert_eq!(place.json("A", &["held"])[0]["kept"], true);
    let (code, said) = place.fails("A", &["held", "send", &one]);
    assert!(code == 3 && said.contains(" held"), "{code}: {said}");
    place.ok("A", &["held", "send", &three]);
    place.ok("A", &["sync"]);
    place.ok("B", &["sync"]);
    assert!(body(&three).as_str().unwrap().contains("ghp_"));
}

#[test]
fn pages_show_them_with_a_button_for_each_choice() {
    let place = Place::new();
    place.share("A");
    place.ok("A", &["sync"]);
    let body = format!("body=the key is {}", key());
    let id = place.ok("A", &["add", "inbox", "title=A note", &body]).trim().to_owned();
    let app = place.app("A");
    let page = app.page("/sync").body;
    assert!(page.contains("the key is [secret: github-token]"), "{page}");
    assert!(!page.contains("ghp_"), "{page}");
    for (choice, words) in
        [("send", "Send as it is"), ("redact", "Replace it"), ("keep", "Keep here")]
    {
        let path = format!("data-post=\"/held/inbox/{id}/{choice}\"");
        assert!(page.contains(&path) && page.contains(words), "{choice}: {page}");
    }
    assert!(app.page("/inbox").body.contains("Held: a likely secret in inbox"));
    assert!(app.page(&format!("/why/{id}")).body.contains("/sync#held"));
    let act = |choice: &str| app.act(&format!("/held/inbox/{id}/{choice}"), "");
    let (status, done) = act("keep");
    assert_eq!((status, &done["undo"]["path"]), (200, &json!(format!("/held/inbox/{id}/ask"))));
    assert!(app.page("/sync").body.contains("kept here"));
    assert!(!app.page("/inbox").body.contains("Held: a likely secret"));
    assert_eq!(act("ask").0, 200);
    assert_eq!(act("burn").0, 404);
    assert_eq!(act("redact").0, 200);
    assert!(!app.page("/sync").body.contains("/held/inbox"));
    assert_eq!(act("keep").0, 404, "nothing of it is held");
    let row = place.json("A", &["get", "inbox", &id]);
    assert_eq!(row["body"], "the key is [secret: github-token]");
}
