//! Responses, as OpenAI has them now.

use serde_json::{Value, json};

use super::{Asked, Input, Reply, TOKENS, Tool, Turn, Who, list, text, word};

pub(super) fn read(request: &Value) -> Asked {
    let input = list(request, "input");
    let turns = input.iter().filter_map(|item| {
        let who = match (word(item, "type"), word(item, "role")) {
            ("" | "message", "user") => Who::Person,
            ("" | "message", "assistant") | ("reasoning", _) => Who::Model,
            (kind, _) if kind.ends_with("_call") => Who::Model,
            (kind, _) if kind.ends_with("_output") => Who::Tool,
            _ => return None,
        };
        Some(Turn { who, text: text(item.get("content")) })
    });
    // Tools that an agent adds on the way are items of the conversation.
    let added = input.iter().filter(|it| word(it, "type") == "additional_tools");
    let tools = added.flat_map(|it| list(it, "tools")).chain(list(request, "tools"));
    Asked {
        turns: turns.collect(),
        tools: tools.map(|it| Tool::from(it, &["parameters"])).collect(),
    }
}

pub(super) fn write(reply: &Reply<'_>) -> Vec<Value> {
    let mut items = Vec::new();
    if !reply.thinking.is_empty() {
        let summary = json!([{"type": "summary_text", "text": reply.thinking}]);
        items.push(json!({"type": "reasoning", "id": reply.id("rs"), "summary": summary}));
    }
    if !reply.text.is_empty() {
        let part = json!([{"type": "output_text", "text": reply.text, "annotations": []}]);
        items.push(json!({
            "type": "message", "id": reply.id("msg"), "status": "completed",
            "role": "assistant", "content": part,
        }));
    }
    if let Some(call) = &reply.call {
        let (kind, field, input) = match &call.input {
            Input::Object(input) => ("function_call", "arguments", input.to_string()),
            Input::Text(input) => ("custom_tool_call", "input", input.clone()),
        };
        items.push(json!({
            "type": kind, "id": reply.id("fc"), "status": "completed",
            "call_id": reply.id("call"), "name": call.tool, field: input,
        }));
    }
    let response = |status: &str, output: &[Value]| {
        let (given, made) = TOKENS;
        json!({
            "id": reply.id("resp"), "object": "response", "created_at": 0, "status": status,
            "model": reply.model, "output": output, "error": null,
            "usage": {
                "input_tokens": given, "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": made, "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": given + made,
            },
        })
    };
    let mut events =
        vec![json!({"type": "response.created", "response": response("in_progress", &[])})];
    for (at, item) in items.iter().enumerate() {
        let mut event = |kind: &str| {
            events.push(json!({"type": kind, "output_index": at, "item": item}));
        };
        event("response.output_item.added");
        event("response.output_item.done");
    }
    let response = response("completed", &items);
    events.push(json!({"type": "response.completed", "response": response}));
    for (at, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = at.into();
    }
    events
}
