//! The pages of a session, as a browser gets them.

use driftline_core::{Durability, Id, Stamp, Timestamp, Value};
use driftline_entities::{comments::Comment, messages::Message, sessions::Session};
use serde_json::json;

use crate::visit::{Visit, nobody};

/// A session with as many messages as wanted: prompts and replies in turn.
fn talk(visit: &Visit, messages: i64) -> (Id, Vec<Id>) {
    let session = Session {
        name: Some("Parser".into()),
        source: Some("claude-code".into()),
        external_id: Some("4f0c".into()),
        cwd: Some("/src/it's".into()),
        ..Session::default()
    };
    let session = visit.replica.create(&session).unwrap();
    let all = (0..messages).map(|it| {
        let role = if it % 2 == 0 { "user" } else { "assistant" };
        say(visit, session, role, it, json!([{"type": "text", "text": format!("Message {it}.")}]))
    });
    let all = all.collect();
    (session, all)
}

fn say(visit: &Visit, session: Id, role: &str, at: i64, blocks: Value) -> Id {
    visit
        .replica
        .create(&Message {
            session: Some(session),
            role: Some(role.into()),
            external_id: Some(at.to_string()),
            parent: (at > 0).then(|| (at - 1).to_string()),
            created_at: Some(Timestamp(1_000 * at)),
            blocks: Some(blocks),
            ..Message::default()
        })
        .unwrap()
}

fn shown(page: &str) -> Vec<usize> {
    let numbers = page.split("Message ").skip(1).filter(|it| it.contains(".</p>"));
    numbers.filter_map(|it| it.split_once('.')?.0.parse().ok()).collect()
}

#[test]
fn a_long_session_is_read_in_windows_that_grow() {
    let visit = Visit::new();
    let (session, ids) = talk(&visit, 500);
    let first = visit.page(&format!("/s/{session}"));
    assert!(first.contains("250 prompts") && first.contains(">Newer 200<"), "{first}");
    assert!(!first.contains(">Older 200<"));
    let numbers = |page: &str| {
        let all = shown(page);
        (*all.first().unwrap(), *all.last().unwrap(), all.len())
    };
    assert_eq!(numbers(&first), (0, 199, 200));

    let link = |page: &str, before: &str| {
        let href = page.split(before).next().unwrap().rsplit("href=\"").next().unwrap();
        href.split('"').next().unwrap().replace("&amp;", "&")
    };
    let more = visit.page(&link(&first, ">Newer 200<"));
    assert_eq!(numbers(&more), (0, 399, 400));
    let end = link(&more, ">Newer 200<");
    assert!(!end.contains("to="), "what comes later will be there, too: {end}");
    assert_eq!(numbers(&visit.page(&end)), (0, 499, 500));
    let around = visit.page(&format!("/s/{session}?at={}", ids[300]));
    assert_eq!(numbers(&around), (200, 399, 200));
    assert!(around.contains(&format!("data-key=\"m-{}\"", ids[300])), "{around}");
    let older = visit.page(&link(&around, ">Older 200<"));
    assert_eq!(numbers(&older), (0, 399, 400));
    assert_eq!(numbers(&visit.page(&format!("/s/{session}?all=1"))), (0, 499, 500));
    // The part that is shown stays the same when the session grows.
    let address = around.split("data-address=\"").nth(1).unwrap().split('"').next().unwrap();
    let address = address.replace("&amp;", "&");
    say(&visit, session, "user", 500, json!([{"type": "text", "text": "Message 500."}]));
    assert_eq!(numbers(&visit.page(&address)), (200, 399, 200));
    let gone = visit.get(&format!("/fragment/s/{session}?at={}", nobody()));
    assert_eq!(gone.status, 404);
    assert_eq!(visit.get(&format!("/fragment/s/{session}?at=x")).status, 400);
}

#[test]
fn a_message_leads_to_its_session() {
    let visit = Visit::new();
    let (session, ids) = talk(&visit, 3);
    let to = visit.page(&format!("/m/{}", ids[1]));
    assert_eq!(to, format!("{{\"go\":\"/s/{session}?at={}\"}}", ids[1]));
    assert_eq!(visit.get(&format!("/fragment/m/{}", nobody())).status, 404);
    assert!(visit.page(&format!("/m/{}/raw", ids[1])).contains("Message 1."));
}

#[test]
fn what_was_replaced_is_shown_when_asked_for_where_it_was_read() {
    let visit = Visit::new();
    let entity = visit.replica.schema().entity("messages").unwrap();
    let import = |second: u64, completeness, raw: Option<&str>| {
        let id = Id::imported(second, &["agent", "message"]);
        let stamp = Stamp::machine(second, completeness, 1, second);
        let cells = vec![("text".into(), json!("Use [secret: jwt]."), stamp)];
        let local = raw.into_iter().map(|it| ("raw".into(), json!(it))).collect();
        let done =
            visit.replica.write_with(Durability::Normal, |tx| tx.import(entity, id, cells, local));
        done.unwrap();
        visit.page(&format!("/m/{id}/raw"))
    };
    let page = import(1, Stamp::WITHHOLDS, Some("the whole record"));
    let (before, after) = page.split_once("<details").unwrap();
    assert!(after.contains("the whole record") && !before.contains("the whole record"), "{page}");
    let page = import(2, Stamp::WITHHOLDS, None);
    assert!(page.contains("on the device that read it"), "{page}");
    let page = import(3, 0x8001, Some("the whole record"));
    assert!(page.contains("the whole record") && !page.contains("replaced"), "{page}");
}

#[test]
fn reading_to_the_end_is_noted_and_what_is_new_is_marked() {
    let visit = Visit::new();
    let (session, _) = talk(&visit, 4);
    let read_at = || visit.replica.get::<Session>(session).unwrap().unwrap().value.read_at;
    let page = visit.page(&format!("/s/{session}"));
    assert_eq!(read_at(), None, "opening it is not reading it");
    assert!(page.contains("data-form=\"until=3000\""), "{page}");
    assert!(!page.contains("New since"));
    visit.act(&format!("/s/{session}/read"), "until=3000");
    assert_eq!(read_at(), Some(Timestamp(3_000)));
    visit.act(&format!("/s/{session}/read"), "until=1000");
    assert_eq!(read_at(), Some(Timestamp(3_000)), "it never goes back");
    assert!(!visit.page(&format!("/s/{session}")).contains("data-seen"));
    say(&visit, session, "user", 4, json!([{"type": "text", "text": "Message 4."}]));
    let page = visit.page(&format!("/s/{session}"));
    let (before, after) = page.split_once("New since you read").unwrap();
    assert!(before.contains("Message 3.") && after.contains("Message 4."));
    assert_eq!(visit.post(&format!("/s/{session}/read"), "until=soon").status, 400);
}

#[test]
fn what_is_done_to_a_session_can_be_taken_back() {
    let visit = Visit::new();
    let (session, ids) = talk(&visit, 2);
    let now = || visit.replica.get::<Session>(session).unwrap().map(|it| it.value);
    let undo = |done: &Value| {
        let form: Vec<String> = done["undo"]["form"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
            .collect();
        visit.act(done["undo"]["path"].as_str().unwrap(), &form.join("&"))
    };
    let path = format!("/s/{session}");
    let renamed = visit.act(&format!("{path}/rename"), "name=+Lexer+");
    assert_eq!(now().unwrap().name.as_deref(), Some("Lexer"));
    undo(&renamed);
    assert_eq!(now().unwrap().name.as_deref(), Some("Parser"));
    assert_eq!(visit.post(&format!("{path}/rename"), "name=+").status, 422);

    visit.act(&format!("{path}/pin"), "on=1");
    assert!(now().unwrap().pinned && visit.page(&path).contains("Pinned"));
    visit.act(&format!("{path}/pin"), "on=");
    assert!(!now().unwrap().pinned);
    let archived = visit.act(&format!("{path}/archive"), "on=1");
    assert!(now().unwrap().archived);
    undo(&archived);
    assert!(!now().unwrap().archived);

    let deleted = visit.act(&format!("{path}/delete"), "");
    assert!(now().is_none() && visit.page(&path).contains("This session is deleted"));
    undo(&deleted);
    assert!(visit.page(&path).contains("Message 1."));

    let copied = visit.act(&format!("{path}/resume"), "");
    assert_eq!(copied["copy"], "cd '/src/it'\\''s' && claude --resume 4f0c");
    let copied = visit.act(&format!("{path}/copy"), "");
    assert!(copied["copy"].as_str().unwrap().starts_with("# Parser\n"));
    let copied = visit.act(&format!("/m/{}/copy", ids[1]), "");
    assert!(copied["copy"].as_str().unwrap().ends_with("Message 1.\n\n"), "{copied}");
    let file = visit.get(&format!("/file{path}/export.json"));
    assert_eq!((file.status, file.body.contains("driftline-session")), (200, true));
    assert!(visit.get(&format!("/file{path}/export.md")).head.contains(".md"));
}

#[test]
fn comments_are_where_what_they_are_about_is() {
    let visit = Visit::new();
    let (session, ids) = talk(&visit, 3);
    let path = format!("/s/{session}");
    let form = format!("session={session}&message={}&body=Why%3F", ids[1]);
    visit.act("/comments", &form);
    visit.act("/comments", &format!("session={session}&body=Good+work"));
    assert_eq!(visit.post("/comments", &format!("session={session}&body=+")).status, 422);
    let page = visit.page(&path);
    let said = page.split_once("<ol class=\"msgs\">").unwrap().1;
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    assert!(at("Message 1.") < at("Why?") && at("Why?") < at("Message 2."));
    assert!(at("Comments on this session") < at("Good work"));
    assert!(page.contains("Ada &lt;b&gt;"));

    let all = visit.replica.list::<Comment>(&driftline_core::store::Find::new()).unwrap();
    let why = all.iter().find(|it| it.value.message.is_some()).unwrap().id;
    let at = visit.page(&format!("{path}?at={why}"));
    assert!(at.contains("data-start=\"center\""), "{at}");
    visit.act(&format!("/comments/{why}/resolve"), "");
    assert!(visit.page(&path).contains("Resolved: 1"));
    visit.act(&format!("/comments/{why}/reopen"), "");
    assert!(!visit.page(&path).contains("Resolved: 1"));
    visit.act(&format!("/comments/{why}/delete"), "");
    assert!(!visit.page(&path).contains("Why?"));
    visit.act(&format!("/comments/{why}/restore"), "");
    assert!(visit.page(&path).contains("Why?"));
}
