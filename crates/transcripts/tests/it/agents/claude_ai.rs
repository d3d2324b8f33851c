//! An export of Claude.ai, made by hand after what its readers agree on.

use serde_json::json;

use super::{below, home, import_below, said, session, text};

const MAIN: &str = "dcc23c56-dc54-466d-9610-000000000001";
const OLD: &str = "dcc23c56-dc54-466d-9610-000000000002";

#[test]
fn a_conversation_is_read_with_what_tools_answered() {
    let (store, reports) = import_below("claude-ai", &home("claude-ai-export"));
    assert_eq!(
        (reports.len(), reports[0].totals.sessions),
        (1, 2),
        "in the third, nothing was said"
    );
    assert_eq!(
        said(&store, MAIN),
        [
            "prompt: What is the weather? ☔ [other attachment] [other file]",
            "assistant: (thinks: I look it up.) Let me see. [web_search fetch: weather Vienna] \
             [bash_tool shell: false] It rains.",
            "tool: [result: Rain] [failed: exit 1]",
            "prompt: Thanks",
            "prompt: And tomorrow?",
        ],
        "an answer that was never begun is none"
    );
    assert_eq!(said(&store, OLD), ["prompt: An old question", "assistant: An old answer"]);
}

#[test]
fn messages_form_a_tree() {
    let (store, _) = import_below("claude-ai", &home("claude-ai-export"));
    let parent = |name: &str| text(store.message(name), "parent");
    assert_eq!((parent("m1"), parent("m2")), (None, Some("m1")));
    assert_eq!((parent("m3"), parent("m3b")), (Some("m2"), Some("m2")));
    assert_eq!(parent("m2:answers"), Some("m2"));
}

#[test]
fn a_session_says_when_it_was_and_what_it_is_called() {
    let (store, _) = import_below("claude-ai", &home("claude-ai-export"));
    let main = session(&store, MAIN);
    assert_eq!(text(main, "name"), Some("Weather in a table"));
    assert_eq!(text(main, "source"), Some("claude-ai"));
    assert_eq!(main.value("started_at"), Some(&json!(1_774_237_467_886_i64)));
    assert_eq!(text(session(&store, OLD), "name"), Some("An old question"));
    let pasted = &store.message("m1").value("blocks").unwrap()[1]["value"];
    assert_eq!(pasted["extracted_content"], "Vienna\nGraz");
}

#[test]
fn nothing_that_is_odd_costs_more_than_itself() {
    let folder = tempfile::tempdir().unwrap();
    let odd = json!([
        {"uuid": "s", "name": 7, "chat_messages": [
            {"uuid": "a", "sender": "critic", "text": "one"}, 7, null,
            {"sender": "human", "content": "two", "created_at": 7},
            {"sender": "human", "content": {"type": "text"}, "attachments": 7},
            {"uuid": 7, "sender": "assistant", "content": [[], null, {"type": "tool_result"}]},
        ]},
        {"uuid": "t", "chat_messages": {}}, {"chat_messages": []}, {"uuid": "v"},
    ]);
    std::fs::write(folder.path().join("conversations.json"), odd.to_string()).unwrap();
    let (store, reports) = import_below("claude-ai", folder.path());
    assert_eq!(reports[0].totals.sessions, 1);
    let all = said(&store, "s");
    assert_eq!(all.len(), 4, "{all:#?}");
    assert!(below("chatgpt", folder.path()).is_empty(), "it is of another service");
}
