//! Sessions of very long texts: a page is bounded in size and in time, and leads to all of it.

use driftline_core::{Id, Timestamp};
use driftline_entities::{comments::Comment, messages::Message, sessions::Session};
use serde_json::json;

use crate::{
    hostile::{check, named},
    visit::Visit,
};

/// A session with one text of 30 MB, and some of 1 MB in every other place.
fn heavy(visit: &Visit) -> (Id, Vec<Id>) {
    let big = |letter: &str, size: usize| letter.repeat(size / letter.len());
    let text = || Some(big("name ", 1 << 20));
    let session = Session {
        name: text(),
        note: text(),
        cwd: text(),
        model: text(),
        source: text(),
        git_branch: text(),
        ..Session::default()
    };
    let session = visit.replica.create(&session).unwrap();
    let mega = big("**x** <b> ", 1 << 20);
    let list = json!(vec![0; 100_000]);
    let all = [
        ("assistant", json!([{"type": "text", "text": big("- word\n", 30 << 20)}])),
        ("user", json!([{"type": "text", "text": mega}])),
        (
            "user",
            json!([{"type": "text", "text": format!("<command-name>/x</command-name><command-args>{mega}</command-args>")}]),
        ),
        (
            "user",
            json!([{"type": "text", "text": format!("<system-reminder>{mega}</system-reminder>")}]),
        ),
        ("assistant", json!([{"type": "thinking", "text": mega}])),
        (
            "assistant",
            json!([{"type": "call", "id": "t", "name": mega, "input": {"command": mega, "list": list, "x": mega}}]),
        ),
        ("tool", json!([{"type": "result", "call": "t", "output": mega}])),
        (
            "tool",
            json!([{"type": "result", "call": "t", "output": [{"type": "text", "text": mega}, {"type": "odd", "x": list}]}]),
        ),
        ("summary", json!([{"type": "text", "text": mega}])),
        ("system", json!([{"type": mega, "deep": list}])),
        ("odd", json!([{"type": "odd", "deep": list}])),
    ];
    let mut ids = Vec::new();
    for (at, (role, blocks)) in all.into_iter().enumerate() {
        let message = Message {
            session: Some(session),
            role: Some(role.into()),
            external_id: Some(at.to_string()),
            created_at: Some(Timestamp(i64::try_from(at).unwrap())),
            model: Some(mega.clone()),
            raw: Some(mega.clone()),
            blocks: Some(blocks),
            ..Message::default()
        };
        ids.push(visit.replica.create(&message).unwrap());
    }
    for message in [None, Some(ids[0])] {
        let comment = Comment {
            session: Some(session),
            message,
            body: Some(mega.clone()),
            author: Some(mega.clone()),
            resolved_at: None,
        };
        visit.replica.create(&comment).unwrap();
    }
    (session, ids)
}

#[test]
fn a_page_cuts_what_is_long_and_leads_to_all_of_it() {
    let visit = Visit::new();
    let (session, ids) = heavy(&visit);
    let mut paths = vec![format!("/s/{session}"), format!("/s/{session}?all=1")];
    paths.extend(ids.iter().map(|it| format!("/m/{it}/raw")));
    paths.extend(ids.iter().map(|it| format!("/e/messages/{it}")));
    paths.push(format!("/e/sessions/{session}"));
    for path in paths {
        let page = visit.page(&path);
        check(&page);
        assert!(page.len() < 700_000, "{path}: {} bytes", page.len());
    }
    let page = visit.page(&format!("/s/{session}"));
    let whole = format!("/m/{}/text", ids[0]);
    assert!(page.contains(&format!("data-download=\"{whole}\"")), "too long for a page");
    assert!(page.contains(&format!("data-more=\"/m/{}/text\"", ids[1])));
    let file = visit.get(&format!("/file{whole}"));
    assert_eq!((file.status, file.body.len()), (200, (30 << 20) / 7 * 7));
    assert!(file.head.contains("text/plain") && file.head.contains("nosniff"), "{}", file.head);
    let field = visit.get(&format!("/file/e/messages/{}/raw", ids[0]));
    assert_eq!((field.status, field.body.len()), (200, (1 << 20) / 10 * 10));
    for missing in [
        "/file/m/0193ab40-1c00-7000-8000-000000000001/text",
        &format!("/file/e/messages/{}/nothing", ids[0]),
    ] {
        assert_eq!(visit.get(missing).status, 404, "{missing}");
    }
}

#[test]
fn a_page_of_many_texts_is_bounded_too() {
    let visit = Visit::new();
    let session = visit.replica.create(&named()).unwrap();
    for at in 0..60 {
        let message = Message {
            session: Some(session),
            role: Some("assistant".into()),
            created_at: Some(Timestamp(at)),
            blocks: Some(json!([{"type": "text", "text": "http://a ".repeat(20_000)}])),
            ..Message::default()
        };
        visit.replica.create(&message).unwrap();
    }
    let page = visit.page(&format!("/s/{session}"));
    assert!(page.len() < 8_000_000, "{} bytes", page.len());
}

#[test]
fn a_page_that_takes_too_long_says_so() {
    let visit = Visit::new();
    let session = visit.replica.create(&named()).unwrap();
    for at in 0..150 {
        let message = Message {
            session: Some(session),
            role: Some("assistant".into()),
            created_at: Some(Timestamp(at)),
            blocks: Some(json!([{"type": "text", "text": "Hello"}])),
            ..Message::default()
        };
        visit.replica.create(&message).unwrap();
    }
    let path = format!("/fragment/s/{session}");
    assert_eq!(visit.get(&path).status, 200);
    // With every look at the clock, a tenth of a second passes.
    visit.env.pass_with_each_look(100);
    let answer = visit.get(&path);
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.body.contains("<h1>This took too long</h1>"), "{}", answer.body);
    assert_eq!(visit.get("/fragment/inbox").status, 200, "others are not meant");
}
