//! Messages, as Anthropic has them.

use serde_json::{Value, json};

use super::{Asked, Reply, TOKENS, Tool, Turn, Who, list, text, word};

pub(super) fn read(request: &Value) -> Asked {
    let mut turns = Vec::new();
    for message in list(request, "messages") {
        let text = text(message.get("content"));
        let of_tool = |it: &Value| word(it, "type") == "tool_result";
        match word(message, "role") {
            "assistant" => turns.push(Turn { who: Who::Model, text }),
            "user" if list(message, "content").iter().any(of_tool) => {
                turns.push(Turn { who: Who::Tool, text: String::new() });
                // What an agent adds to a result is no prompt; one that a person typed
                // meanwhile is, and holds the prompt's words.
                turns.push(Turn { who: Who::Person, text });
            }
            "user" => turns.push(Turn { who: Who::Person, text }),
            _ => (),
        }
    }
    let tools = list(request, "tools").iter().map(|it| Tool::from(it, &["input_schema"]));
    Asked { turns, tools: tools.collect() }
}

pub(super) fn write(request: &Value, reply: &Reply<'_>) -> Vec<Value> {
    let mut blocks = Vec::new();
    let thinks = request.get("thinking").is_some_and(|it| word(it, "type") != "disabled");
    if thinks && !reply.thinking.is_empty() {
        let empty = json!({"type": "thinking", "thinking": "", "signature": ""});
        let delta = json!({"type": "thinking_delta", "thinking": reply.thinking});
        let signature = json!({"type": "signature_delta", "signature": "c2lnbmVk"});
        blocks.push((empty, vec![delta, signature]));
    }
    if !reply.text.is_empty() {
        let delta = json!({"type": "text_delta", "text": reply.text});
        blocks.push((json!({"type": "text", "text": ""}), vec![delta]));
    }
    if let Some(call) = &reply.call {
        let empty =
            json!({"type": "tool_use", "id": reply.id("toolu"), "name": call.tool, "input": {}});
        let input = call.object().to_string();
        let delta = json!({"type": "input_json_delta", "partial_json": input});
        blocks.push((empty, vec![delta]));
    }
    let usage = json!({"input_tokens": TOKENS.0, "output_tokens": 1});
    let message = json!({
        "id": reply.id("msg"), "type": "message", "role": "assistant", "model": reply.model,
        "content": [], "stop_reason": null, "stop_sequence": null, "usage": usage,
    });
    let mut events = vec![json!({"type": "message_start", "message": message})];
    for (index, (block, deltas)) in blocks.into_iter().enumerate() {
        let start = "content_block_start";
        events.push(json!({"type": start, "index": index, "content_block": block}));
        for delta in deltas {
            let event = json!({"type": "content_block_delta", "index": index, "delta": delta});
            events.push(event);
        }
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    let reason = if reply.call.is_some() { "tool_use" } else { "end_turn" };
    let delta = json!({"stop_reason": reason, "stop_sequence": null});
    let usage = json!({"output_tokens": TOKENS.1});
    events.push(json!({"type": "message_delta", "delta": delta, "usage": usage}));
    events.push(json!({"type": "message_stop"}));
    events
}
