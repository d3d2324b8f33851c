//! What the model writes is a stream of events that says what it was told to say.

use serde_json::{Value, json};

use super::*;

const TEXT: &str = "One\nline\r\n\u{2028}more «世界» 👋";

/// The events of a stream: their names, and what they hold.
fn events(stream: &str) -> Vec<(Option<String>, Value)> {
    assert!(stream.ends_with("\n\n"));
    let one = |event: &str| {
        let (mut name, mut data) = (None, None);
        for line in event.lines() {
            match line.split_once(": ") {
                Some(("event", it)) => name = Some(it.to_owned()),
                Some(("data", it)) if data.is_none() => data = Some(it.to_owned()),
                _ => panic!("no line of an event: {line}"),
            }
        }
        let data = data.unwrap();
        let value = if data == "[DONE]" { Value::Null } else { data.parse().unwrap() };
        (name, value)
    };
    stream.split_terminator("\n\n").map(one).collect()
}

fn stream(wire: Wire, input: Option<Input>) -> Vec<(Option<String>, Value)> {
    let call = input.map(|input| Call { tool: "shell".into(), input });
    let reply = Reply { number: 7, model: "m", thinking: "Hm.", text: TEXT, call };
    events(&wire.stream(&json!({"thinking": {"type": "enabled"}}), &reply))
}

fn arguments() -> Option<Input> {
    Some(Input::Object(json!({"command": "ls"})))
}

/// All texts at `pointer`, joined.
fn at(events: &[(Option<String>, Value)], pointer: &str) -> String {
    events.iter().filter_map(|(_, it)| it.pointer(pointer)?.as_str()).collect()
}

#[test]
fn messages_say_it_in_blocks() {
    let events = stream(Wire::Messages, arguments());
    assert!(events.iter().all(|(name, it)| name.as_deref() == it["type"].as_str()));
    assert_eq!(at(&events, "/delta/thinking"), "Hm.");
    assert_eq!(at(&events, "/delta/text"), TEXT);
    assert_eq!(at(&events, "/delta/partial_json"), r#"{"command":"ls"}"#);
    assert_eq!(at(&events, "/content_block/name"), "shell");
    assert_eq!(at(&events, "/delta/stop_reason"), "tool_use");
    assert_eq!(at(&stream(Wire::Messages, None), "/delta/stop_reason"), "end_turn");
}

#[test]
fn responses_say_it_in_items() {
    let events = stream(Wire::Responses, arguments());
    let (name, last) = events.last().unwrap();
    assert_eq!(name.as_deref(), Some("response.completed"));
    assert_eq!(last["sequence_number"], events.len() - 1);
    let output = &last["response"]["output"];
    assert_eq!(output[0]["summary"][0]["text"], "Hm.");
    assert_eq!(output[1]["content"][0]["text"], TEXT);
    assert_eq!(output[2]["arguments"], r#"{"command":"ls"}"#);
    let script = stream(Wire::Responses, Some(Input::Text("text(1)".into())));
    let (_, last) = script.last().unwrap();
    assert_eq!(last["response"]["output"][2]["type"], "custom_tool_call");
    assert_eq!(last["response"]["output"][2]["input"], "text(1)");
}

#[test]
fn a_chat_says_it_in_pieces_and_when_it_is_done() {
    let events = stream(Wire::Chat, arguments());
    let delta = "/choices/0/delta";
    assert_eq!(at(&events, &format!("{delta}/content")), TEXT);
    assert_eq!(at(&events, &format!("{delta}/reasoning_content")), "Hm.");
    let call = format!("{delta}/tool_calls/0/function/arguments");
    assert_eq!(at(&events, &call), r#"{"command":"ls"}"#);
    assert_eq!(at(&events, "/choices/0/finish_reason"), "tool_calls");
    assert_eq!(events.last(), Some(&(None, Value::Null)));
}

#[test]
fn gemini_says_it_in_parts() {
    let events = stream(Wire::Gemini, arguments());
    let parts = "/candidates/0/content/parts";
    assert_eq!(at(&events, &format!("{parts}/0/text")), "Hm.");
    assert_eq!(at(&events, &format!("{parts}/1/text")), TEXT);
    assert_eq!(at(&events, &format!("{parts}/2/functionCall/args/command")), "ls");
}

#[test]
fn every_form_reads_the_same_conversation() {
    let (q, a, t) = ("question", "answer", "output");
    let requests = [
        (
            Wire::Messages,
            json!({"messages": [
                {"role": "user", "content": [{"type": "text", "text": q}]},
                {"role": "assistant", "content": [{"type": "text", "text": a}]},
                {"role": "user", "content": [{"type": "tool_result", "content": t}]},
            ], "tools": [{"name": "Bash", "input_schema": {}}]}),
        ),
        (
            Wire::Responses,
            json!({"input": [
                {"type": "message", "role": "developer", "content": [{"text": "rules"}]},
                {"type": "message", "role": "user", "content": [{"text": q}]},
                {"type": "message", "role": "assistant", "content": [{"text": a}]},
                {"type": "function_call_output", "output": t},
            ], "tools": [{"type": "function", "name": "Bash"}]}),
        ),
        (
            Wire::Chat,
            json!({"messages": [
                {"role": "system", "content": "rules"},
                {"role": "user", "content": q},
                {"role": "assistant", "content": a},
                {"role": "tool", "content": t},
            ], "tools": [{"type": "function", "function": {"name": "Bash"}}]}),
        ),
        (
            Wire::Gemini,
            json!({"contents": [
                {"role": "user", "parts": [{"text": q}]},
                {"role": "model", "parts": [{"text": a}]},
                {"role": "user", "parts": [{"functionResponse": {"response": t}}]},
            ], "tools": [{"functionDeclarations": [{"name": "Bash"}]}]}),
        ),
    ];
    for (wire, request) in requests {
        let asked = wire.read(&request);
        let turns: Vec<_> = asked.turns.iter().map(|it| it.who).collect();
        assert!(turns.starts_with(&[Who::Person, Who::Model, Who::Tool]), "{wire:?}: {turns:?}");
        assert_eq!(asked.turns[0].text, q, "{wire:?}");
        assert_eq!(asked.turns[1].text, a, "{wire:?}");
        assert_eq!(asked.tools[0].name, "Bash", "{wire:?}");
    }
}

#[test]
fn the_path_tells_the_form() {
    assert_eq!(Wire::of("/v1/messages?beta=true"), Some(Wire::Messages));
    assert_eq!(Wire::of("/v1/responses"), Some(Wire::Responses));
    assert_eq!(Wire::of("/v1beta/models/g:streamGenerateContent?alt=sse"), Some(Wire::Gemini));
    assert_eq!(Wire::of("/v1/messages/count_tokens"), None);
    assert_eq!(Wire::of("/v1/models"), None);
}
