//! An export of ChatGPT, made by hand after what its readers agree on.

use driftline_core::Value;
use serde_json::json;

use super::{below, home, import_below, said, session, text};

const MAIN: &str = "69a9b000-0000-8000-8000-000000000001";
const CAT: &str = "69a9b000-0000-8000-8000-000000000002";

#[test]
fn all_branches_of_a_conversation_are_there() {
    let (store, reports) = import_below("chatgpt", &home("chatgpt-export"));
    assert_eq!((reports.len(), reports[0].totals.sessions), (1, 2));
    assert_eq!(
        said(&store, MAIN),
        [
            "prompt: [image ] How many lines has this file? 👩\u{200d}💻 [other file]",
            "assistant: (thinks: Counting)",
            "assistant: [python shell: len(open('/mnt/data/notes.csv').readlines())]",
            "tool: [result: 42]",
            "assistant: It has 42 lines.",
            "prompt: And in Rust",
            "prompt: And who wrote it? Look it up.",
            "assistant: [web.run fetch: 1 search_query]",
            "tool: [result: A page]",
            "tool: [failed: Error: robots.txt]",
            "assistant: You did.",
            "meta: Original custom instructions no longer available",
            "assistant: [other hologram]",
        ]
    );
    assert_eq!(
        said(&store, CAT),
        [
            "prompt: Draw a cat",
            "assistant: [dalle.text2im : a cat]",
            "tool: [result: [image]]",
            "assistant: Here it is.",
        ]
    );
}

#[test]
fn a_message_follows_the_last_one_that_says_something() {
    let (store, _) = import_below("chatgpt", &home("chatgpt-export"));
    let parent = |name: &str| store.message(name).value("parent").cloned();
    assert_eq!(parent("u1"), None, "what is above says nothing to anybody");
    assert_eq!(parent("a2"), Some(Value::from("t1")), "and so does the recap between them");
    assert_eq!((parent("u2"), parent("u2b")), (Some("a2".into()), Some("a2".into())));
    let call = |name: &str| store.message(name).value("blocks").unwrap()[0]["call"].clone();
    assert_eq!((call("t1"), call("t2"), call("t3")), (json!("c1"), json!("c2"), json!("c2")));
}

#[test]
fn a_session_says_when_it_was_and_with_what() {
    let (store, _) = import_below("chatgpt", &home("chatgpt-export"));
    let main = session(&store, MAIN);
    for (field, value) in
        [("name", "Lines of a file"), ("source", "chatgpt"), ("model", "gpt-5-2-thinking")]
    {
        assert_eq!(text(main, field), Some(value), "{field}");
    }
    assert_eq!(main.value("started_at"), Some(&json!(1_772_700_000_000_i64)));
    assert_eq!(store.message("u1").value("created_at"), Some(&json!(1_772_700_001_123_i64)));
    assert_eq!(text(session(&store, CAT), "name"), Some("Draw a cat"), "no title was made yet");
    let file = &store.message("u1").value("blocks").unwrap()[2]["value"];
    assert_eq!(file, &json!({"name": "notes.csv", "mime_type": "text/csv", "size": 20}));
}

#[test]
fn nothing_that_is_odd_costs_more_than_itself() {
    let folder = tempfile::tempdir().unwrap();
    let odd = json!([
        {"mapping": {}, "id": "empty"},
        {"mapping": {"x": {"message": {"content": {"parts": ["nobody's"]}}}}},
        {"mapping": 7, "id": "s"}, {"id": "s"},
        {"id": "s", "title": 7, "create_time": "now", "mapping": {
            "a": {"parent": "b", "message": {"author": {"role": "user"}, "create_time": 1e300,
                "content": {"content_type": "text", "parts": ["one", null, 7, {}, ["x"]]}}},
            "b": {"parent": "a", "message": {"author": {"role": "critic"},
                "content": {"content_type": "text", "parts": ["two"]}}},
            "c": {"parent": "c", "message": {"author": {"role": "tool"}, "recipient": 7,
                "content": {"content_type": "execution_output", "text": "three"}}},
            "d": 7, "e": {"message": []}, "f": {"message": {"author": [], "content": "x"}},
        }},
    ]);
    std::fs::write(folder.path().join("conversations-000.json"), odd.to_string()).unwrap();
    let (store, reports) = import_below("chatgpt", folder.path());
    assert_eq!(reports[0].totals.sessions, 1, "{reports:?}");
    assert_eq!(
        said(&store, "s"),
        ["prompt: one [other part] [other part] [other part]", "tool: [result: three]"]
    );
    assert_eq!(text(store.message("b"), "parent"), Some("a"));
    assert!(below("claude-ai", folder.path()).is_empty(), "it is of another service");
}
