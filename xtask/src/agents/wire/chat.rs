//! Chat completions, as OpenAI had them first.

use serde_json::{Value, json};

use super::{Asked, Reply, TOKENS, Tool, Turn, Who, list, text, word};

pub(super) fn read(request: &Value) -> Asked {
    let turns = list(request, "messages").iter().filter_map(|message| {
        let who = match word(message, "role") {
            "user" => Who::Person,
            "assistant" => Who::Model,
            "tool" => Who::Tool,
            _ => return None,
        };
        Some(Turn { who, text: text(message.get("content")) })
    });
    let tools = list(request, "tools").iter().filter_map(|it| it.get("function"));
    Asked {
        turns: turns.collect(),
        tools: tools.map(|it| Tool::from(it, &["parameters"])).collect(),
    }
}

pub(super) fn write(reply: &Reply<'_>) -> Vec<Value> {
    let chunk = |choices: Value, usage: Value| {
        json!({
            "id": reply.id("chatcmpl"), "object": "chat.completion.chunk", "created": 0,
            "model": reply.model, "choices": choices, "usage": usage,
        })
    };
    let step = |delta: Value, end: Option<&str>| {
        let choice = json!([{"index": 0, "delta": delta, "finish_reason": end}]);
        chunk(choice, Value::Null)
    };
    let mut events = vec![step(json!({"role": "assistant", "content": ""}), None)];
    if !reply.thinking.is_empty() {
        events.push(step(json!({"reasoning_content": reply.thinking}), None));
    }
    if !reply.text.is_empty() {
        events.push(step(json!({"content": reply.text}), None));
    }
    if let Some(call) = &reply.call {
        let function = json!({"name": call.tool, "arguments": call.object().to_string()});
        let call =
            json!({"index": 0, "id": reply.id("call"), "type": "function", "function": function});
        events.push(step(json!({"tool_calls": [call]}), None));
    }
    events.push(step(json!({}), Some(if reply.call.is_some() { "tool_calls" } else { "stop" })));
    let (given, made) = TOKENS;
    let usage = json!({
        "prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made,
    });
    events.push(chunk(json!([]), usage));
    events
}
