//! What a session's messages become for a reader, through the same door as pages and
//! commands.

use std::sync::Arc;

use driftline_conversation::{At, Content, Conversations, Piece, Place, RunStep, WINDOW};
use driftline_core::Timestamp;
use driftline_entities::{messages::Message, sessions::Session};
use serde_json::json;

use crate::session::{Talk, call, result, steps, text};

/// A prompt, a run of work, and a reply.
fn short() -> Talk {
    let talk = Talk::new();
    talk.add("user", "1", "", json!([text("Fix the parser")]));
    talk.add(
        "assistant",
        "2",
        "1",
        json!([text("\n\n"), {"type": "thinking", "text": "Let me see"}]),
    );
    talk.add("assistant", "3", "2", json!([call("a", "Read", json!({"file_path": "/p.rs"}))]));
    talk.add("tool", "4", "3", json!([result("a", false, "fn parse()")]));
    talk.add("assistant", "5", "4", json!([call("b", "Bash", json!({"command": "cargo test"}))]));
    talk.add("tool", "6", "5", json!([result("b", true, "1 failed")]));
    talk.add("assistant", "7", "6", json!([text("It is fixed.")]));
    talk
}

#[test]
fn work_between_what_is_said_folds_into_one_item() {
    let talk = short();
    assert_eq!(
        talk.outline(),
        ["prompt", "2 tools: Bash, Read, 1 failed, thinking (3 words), 3 s", "reply"]
    );
    let items = talk.all(0);
    assert_eq!(items[1].messages.len(), 5);
    let RunStep::Call(bash) = &steps(&items[1].content)[2] else { panic!("{items:?}") };
    assert_eq!(
        (bash.name.as_str(), bash.hint.as_str(), bash.took),
        ("Bash", "cargo test", Some(1000))
    );
    let answer = bash.answer.as_ref().unwrap();
    assert!(answer.failed);
    assert_eq!(answer.pieces, [Piece::Text("1 failed".into())]);
}

#[test]
fn what_says_nothing_is_part_of_what_is_above_it() {
    let talk = short();
    let blank = talk.add("assistant", "8", "7", json!([text(" \n")]));
    assert_eq!(talk.outline().len(), 3);
    assert!(talk.all(0)[2].messages.contains(&blank));
    let talk = Talk::new();
    talk.add("assistant", "1", "", json!([text(" ")]));
    assert_eq!(talk.outline(), ["1 note"]);
}

#[test]
fn calls_without_results_and_results_without_calls_are_shown() {
    let talk = Talk::new();
    talk.add("tool", "1", "gone", json!([result("lost", false, "an answer to nothing")]));
    talk.add("assistant", "2", "1", json!([call("a", "Bash", json!({}))]));
    talk.add("assistant", "3", "2", json!([text("Both"), call("b", "Read", json!({}))]));
    talk.add("user", "4", "3", json!([text("Go on")]));
    // Comes long after its call, with an answer to another one.
    talk.add("tool", "5", "4", json!([result("a", false, "late"), result("a", false, "twice")]));
    assert_eq!(talk.outline(), ["Bash, 1 note, 3 s", "reply", "Read", "prompt", "1 note"]);
    let items = talk.all(0);
    let RunStep::Aside { label, .. } = &steps(&items[0].content)[0] else { panic!("{items:?}") };
    assert_eq!(label, "result without its call");
    let RunStep::Call(bash) = &steps(&items[0].content)[1] else { panic!("{items:?}") };
    assert_eq!(bash.answer.as_ref().unwrap().pieces, [Piece::Text("late".into())]);
    assert!(items[2].messages.is_empty(), "the call is in the message of the reply");
}

#[test]
fn what_the_program_says_in_the_persons_name_is_no_prompt() {
    let talk = Talk::new();
    let clear = "<command-name>/clear</command-name>\n<command-args>now</command-args>";
    talk.add("user", "1", "", json!([text(clear)]));
    talk.add("user", "2", "1", json!([text("<local-command-stdout>done</local-command-stdout>")]));
    talk.add("user", "3", "2", json!([text("<system-reminder>be nice</system-reminder>\nHello")]));
    talk.add("meta", "4", "3", json!([text("a skill")]));
    talk.add(
        "system",
        "5",
        "4",
        json!([{"type": "system", "subtype": "turn_duration", "durationMs": 5}]),
    );
    talk.add("other", "6", "5", json!([{"type": "quantum-state", "spin": "up"}]));
    assert_eq!(talk.outline(), ["command /clear now", "1 note", "prompt", "3 notes"]);
    let items = talk.all(0);
    let Content::Prompt(pieces) = &items[2].content else { panic!("{items:?}") };
    assert_eq!(pieces[1], Piece::Text("Hello".into()));
    assert!(matches!(&pieces[0], Piece::Program { tag, .. } if tag == "system-reminder"));
    let RunStep::Aside { label, pieces, .. } = &steps(&items[3].content)[2] else {
        panic!("{items:?}")
    };
    assert_eq!(label, "quantum-state");
    assert!(matches!(&pieces[0], Piece::Other { json, .. } if json.contains("spin")));
    let conversation = talk.conversations.of(talk.session).unwrap();
    let outline = conversation.outline();
    assert_eq!(outline.len(), 1);
    assert_eq!(outline[0].prompt.as_deref(), Some("Hello"));
}

#[test]
fn a_compaction_is_marked_and_what_was_before_it_stays() {
    let talk = short();
    let boundary =
        json!([{"type": "notice", "kind": "compaction", "details": {"tokens": 155_000}}]);
    talk.add("system", "8", "7", boundary);
    talk.add("summary", "9", "8", json!([text("What happened")]));
    talk.add("user", "10", "9", json!([text("Next")]));
    let outline = talk.outline();
    assert_eq!(outline[3..], ["compaction", "prompt"]);
    let items = talk.all(0);
    let Content::Compaction { tokens, summary } = &items[3].content else { panic!("{items:?}") };
    assert_eq!(*tokens, Some(155_000));
    assert_eq!(*summary, [Piece::Text("What happened".into())]);
    let prompts: Vec<_> = talk.conversations.of(talk.session).unwrap().outline();
    assert_eq!(prompts.iter().filter(|it| it.prompt.is_none()).count(), 1);
}

#[test]
fn a_sub_agent_is_a_conversation_inside_its_call() {
    let talk = Talk::new();
    talk.add("user", "1", "", json!([text("Find it")]));
    talk.add(
        "assistant",
        "2",
        "1",
        json!([call("t", "Task", json!({"prompt": "Search all", "description": "Search"}))]),
    );
    let within = |role: &str, name: &str, parent: Option<&str>, said: &str| {
        talk.put(Message {
            role: Some(role.into()),
            external_id: Some(name.into()),
            parent: parent.map(Into::into),
            agent: Some("a1".into()),
            blocks: Some(json!([text(said)])),
            created_at: Some(Timestamp(1_500)),
            ..Message::default()
        })
    };
    let first = within("user", "x1", None, "Search all");
    within("assistant", "x2", Some("x1"), "Found");
    talk.add("tool", "3", "2", json!([result("t", false, "Found")]));
    let stray = within("user", "y1", None, "Something that nobody asked for");
    assert_eq!(talk.outline(), ["prompt", "Task, 3 s", "agent a1 (1)"]);
    let items = talk.all(0);
    let RunStep::Call(task) = &steps(&items[1].content)[0] else { panic!("{items:?}") };
    let agent = task.agent.as_ref().unwrap();
    assert_eq!((agent.name.as_str(), agent.messages, agent.first), ("a1", 2, Some(first)));
    assert_eq!(talk.all(agent.strand).len(), 2);

    let conversation = talk.conversations.of(talk.session).unwrap();
    assert_eq!(conversation.place(first).unwrap().strand, agent.strand);
    assert_eq!(conversation.caller(agent.strand), Some(items[1].messages[0]));
    assert_eq!(conversation.caller(conversation.place(stray).unwrap().strand), None);
    assert_eq!(conversation.facts().agents, 2);
}

#[test]
fn windows_follow_each_other_without_gap_or_overlap() {
    let talk = Talk::new();
    let mut ids = Vec::new();
    for turn in 0..700 {
        let (role, parent) = (if turn % 2 == 0 { "user" } else { "assistant" }, turn - 1);
        let parent = if turn == 0 { String::new() } else { parent.to_string() };
        ids.push(talk.add(role, &turn.to_string(), &parent, json!([text("Hello")])));
    }
    let conversation = talk.conversations.of(talk.session).unwrap();
    let (_, last) = conversation.range(At::End(0)).unwrap();
    assert_eq!(last, 700 - WINDOW..700);
    let first = conversation.message(Place { strand: 0, item: last.start }).unwrap();
    let (_, before) = conversation.range(At::Before(first)).unwrap();
    assert_eq!(before, 700 - 2 * WINDOW..700 - WINDOW);
    let end = conversation.message(Place { strand: 0, item: before.end - 1 }).unwrap();
    assert_eq!(conversation.range(At::After(end)).unwrap().1, last);
    let (_, around) = conversation.range(At::Message(ids[350])).unwrap();
    assert!(around.contains(&350) && around.len() == WINDOW, "{around:?}");
    assert_eq!(conversation.range(At::Start(0)).unwrap().1, 0..WINDOW);
    assert_eq!(conversation.range(At::All(0, 5_000)).unwrap().1, 0..700);
    assert_eq!(conversation.range(At::Message(talk.session)), None);
    assert_eq!(conversation.range(At::Start(9)), None);

    let read = Timestamp(1_000 * 650);
    assert_eq!(conversation.new_since(read), Some(Place { strand: 0, item: 651 }));
    assert_eq!(conversation.count_since(read), 49);
    assert_eq!(conversation.new_since(Timestamp(1_000_000)), None);
}

#[test]
fn a_conversation_grows_with_its_session_and_without_what_is_deleted() {
    let talk = short();
    let before = talk.conversations.of(talk.session).unwrap();
    let same = talk.conversations.of(talk.session).unwrap();
    assert!(Arc::ptr_eq(&before, &same), "nothing is worked out twice");
    let new = talk.add("user", "8", "7", json!([text("Thanks")]));
    assert_eq!(talk.outline().len(), 4);
    talk.conversations.replica().delete::<Message>(new).unwrap();
    assert_eq!(talk.outline().len(), 3);
    let facts = talk.conversations.of(talk.session).unwrap().facts();
    assert_eq!((facts.messages, facts.prompts, facts.tools, facts.failed), (7, 1, 2, 1));
    assert_eq!(talk.conversations.session_of(new).unwrap(), Some(talk.session));
}

#[test]
fn only_what_changed_is_worked_out_again() {
    let talk = short();
    let replica = talk.conversations.replica();
    let read = |it: &Conversations| it.of(talk.session).unwrap();
    let before = read(&talk.conversations);
    let other = Session { name: Some("Other".into()), ..Session::default() };
    let other = replica.create(&other).unwrap();
    replica.create(&Message { session: Some(other), ..Message::default() }).unwrap();
    replica.update::<Session>(talk.session, |it| it.pinned = true).unwrap();
    assert!(Arc::ptr_eq(&before, &read(&talk.conversations)), "nothing of it changed");

    replica.delete::<Session>(talk.session).unwrap();
    let fresh = Conversations::new(talk.replica.clone());
    assert_eq!(read(&fresh).facts().messages, 0, "what belongs to it is hidden with it");
    replica.restore::<Session>(talk.session).unwrap();
    assert_eq!(read(&fresh).facts().messages, 7);
    let late = talk.add("user", "8", "7", json!([text("Thanks")]));
    assert_eq!(
        read(&fresh).order().collect::<Vec<_>>(),
        read(&talk.conversations).order().collect::<Vec<_>>()
    );
    assert_eq!(read(&fresh).outline().last().unwrap().message, late);
}

#[test]
fn tokens_of_one_answer_are_counted_once() {
    let talk = Talk::new();
    for (name, read, written) in [("1", 10, 3), ("2", 10, 40), ("3", 60, 5)] {
        talk.put(Message {
            role: Some("assistant".into()),
            external_id: Some(name.into()),
            created_at: Some(Timestamp(1)),
            usage: Some(json!({"input": read, "output": written})),
            ..Message::default()
        });
    }
    assert_eq!(talk.conversations.of(talk.session).unwrap().facts().written, 45);
}
