//! A session as a file: nothing in it breaks out of its place, and nothing is missing.

use driftline_conversation::export::Detail;
use driftline_core::Timestamp;
use driftline_entities::{comments::Comment, messages::Message};
use serde_json::json;

use crate::session::{Talk, call, result, text};

fn talk() -> Talk {
    let talk = Talk::new();
    talk.add("user", "1", "", json!([text("Fix it\n<system-reminder>hush</system-reminder>")]));
    talk.add(
        "assistant",
        "2",
        "1",
        json!([call(
            "a",
            "Edit",
            json!({"file_path": "/a.rs", "old_string": "x", "new_string": "y"})
        )]),
    );
    talk.add("tool", "3", "2", json!([result("a", false, "```\nowned\n````")]));
    talk.add("assistant", "4", "3", json!([call("b", "Bash", json!({"command": "ls `pwd`"}))]));
    talk.add("tool", "5", "4", json!([result("b", true, "\u{1b}[31mno\u{202e}")]));
    talk.add("assistant", "6", "5", json!([text("Done.")]));
    talk
}

fn time(at: Timestamp) -> String {
    format!("at {}", at.0)
}

#[test]
fn what_was_said_reads_like_a_text() {
    let talk = talk();
    let said =
        talk.conversations.export_markdown(talk.session, Detail::Said, &time).unwrap().unwrap();
    let (_, said) = said.split_once("\n\n## ").unwrap();
    let expected = "You, at 0\n\nFix it\n\n- **Edit** `/a.rs`\n- **Bash** `` ls `pwd` ``, failed\n\n## Agent, at 5000\n\nDone.\n\n";
    assert_eq!(said, expected);
}

#[test]
fn everything_stays_inside_its_own_block() {
    let talk = talk();
    let comment =
        Comment { session: Some(talk.session), body: Some("Good".into()), ..Comment::default() };
    talk.conversations.replica().create(&comment).unwrap();
    let all =
        talk.conversations.export_markdown(talk.session, Detail::All, &time).unwrap().unwrap();
    assert!(all.starts_with("# Parser\n"), "{all}");
    assert!(all.contains("```diff\n-x\n+y\n```"), "{all}");
    assert!(all.contains("\n`````\n```\nowned\n````\n`````\n"), "a longer fence: {all}");
    assert!(all.contains("hush") && all.contains("**Somebody**"), "{all}");
    assert!(!all.contains(['\u{1b}', '\u{202e}']), "nothing drives a terminal");
}

#[test]
fn json_has_every_field_that_travels_in_the_order_of_reading() {
    let talk = talk();
    let file = talk.conversations.export_json(talk.session).unwrap().unwrap();
    assert_eq!(file["format"], "driftline-session");
    assert_eq!(file["session"]["name"], "Parser");
    let names: Vec<_> =
        file["messages"].as_array().unwrap().iter().map(|it| &it["external_id"]).collect();
    assert_eq!(names, ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(file["messages"][2]["blocks"][0]["output"], "```\nowned\n````");
    assert!(
        talk.conversations
            .export_json(
                talk.conversations
                    .session_of(talk.session)
                    .unwrap()
                    .unwrap_or(driftline_core::Id::imported(0, &["x"]))
            )
            .unwrap()
            .is_none()
    );
}

#[test]
fn what_a_sub_agent_was_told_was_not_said_by_the_person() {
    let talk = Talk::new();
    talk.add("user", "1", "", json!([text("Find it")]));
    let task = json!({"prompt": "Search all", "description": "Search"});
    talk.add("assistant", "2", "1", json!([call("t", "Task", task)]));
    let told = talk.put(Message {
        role: Some("user".into()),
        external_id: Some("x1".into()),
        agent: Some("a1".into()),
        blocks: Some(json!([text("Search all")])),
        created_at: Some(Timestamp(1_500)),
        ..Message::default()
    });
    talk.add("tool", "3", "2", json!([result("t", false, "Found")]));
    let all =
        talk.conversations.export_markdown(talk.session, Detail::All, &time).unwrap().unwrap();
    assert!(all.contains("#### Task from the agent, at 1500\n\nSearch all"), "{all}");
    assert_eq!(all.matches("You, at").count(), 1, "{all}");
    let one = talk.conversations.message_markdown(told, &time).unwrap().unwrap();
    assert!(one.starts_with("## Task from the agent"), "{one}");
}

#[test]
fn a_viewer_of_the_file_loads_nothing() {
    let evil = "![x](http://evil/p.png) <img src=http://evil> ```\n<script>";
    let talk = Talk::new();
    talk.add("user", "1", "", json!([text(evil)]));
    let thought = json!([{"type": "thinking", "text": evil}, text(evil)]);
    talk.add("assistant", "2", "1", thought);
    talk.add("assistant", "3", "2", json!([call("b", evil, json!({"command": evil}))]));
    talk.add("summary", "4", "3", json!([text(evil)]));
    let comment = Comment {
        session: Some(talk.session),
        body: Some(evil.into()),
        author: Some(evil.into()),
        ..Comment::default()
    };
    talk.conversations.replica().create(&comment).unwrap();
    for detail in [Detail::Said, Detail::All] {
        let file =
            talk.conversations.export_markdown(talk.session, detail, &time).unwrap().unwrap();
        for (event, range) in pulldown_cmark::Parser::new(&file).into_offset_iter() {
            let live = matches!(
                event,
                pulldown_cmark::Event::Html(_)
                    | pulldown_cmark::Event::InlineHtml(_)
                    | pulldown_cmark::Event::Start(pulldown_cmark::Tag::Image { .. })
            );
            assert!(!live, "{}: {file}", &file[range]);
        }
    }
}
