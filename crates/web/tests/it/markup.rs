//! The markup of the main pages, as snapshots in `snapshots/`. CONTRIBUTING.md says how they
//! are taken again.

use driftline_core::Values;
use driftline_testing::markup;
use serde_json::{Value, json};

use crate::visit::Visit;

fn values(object: &Value) -> Values {
    let object = object.as_object().unwrap();
    object.iter().map(|(field, value)| (field.clone(), value.clone())).collect()
}

#[test]
fn of_an_empty_profile() {
    let visit = Visit::new();
    for (name, path) in [
        ("home", "/"),
        ("inbox", "/inbox"),
        ("sync", "/sync"),
        ("settings", "/settings"),
        ("conflicts", "/conflicts"),
        ("help", "/help"),
    ] {
        insta::assert_snapshot!(format!("empty-{name}"), markup(&visit.page(path)));
    }
}

#[test]
fn of_a_profile_with_a_session() {
    let visit = Visit::new();
    let add = |entity: &str, object: Value| {
        visit.replica.create_values(entity, &values(&object)).unwrap().to_string()
    };
    let at = 1_789_000_000_000_i64;
    let workspace = add("workspaces", json!({ "path": "/src/engine", "name": "Engine" }));
    let session = add(
        "sessions",
        json!({
            "name": "The <b>parser</b>", "workspace": workspace, "source": "claude-code",
            "started_at": at, "pinned": true,
        }),
    );
    for (number, role, text) in
        [(0, "user", "Fix the `parser`, please"), (1, "assistant", "It is *fixed*.")]
    {
        let text = json!({
            "session": session, "role": role, "text": text, "created_at": at + number * 60_000,
        });
        add("messages", text);
    }
    add("comments", json!({ "session": session, "body": "Why <i>so</i>?", "author": "Ada" }));
    add("inbox", json!({ "title": "Ask Charles", "body": "About the engine" }));
    let talk = format!("/s/{session}");
    for (name, path) in [
        ("session", &*talk),
        ("workspaces", "/e/workspaces"),
        ("form", "/e/workspaces/new"),
        ("inbox", "/inbox"),
    ] {
        insta::assert_snapshot!(name, markup(&visit.page(path)));
    }
}
