//! Contents, as Google has them.

use serde_json::{Value, json};

use super::{Asked, Reply, TOKENS, Tool, Turn, Who, list, text, word};

pub(super) fn read(request: &Value) -> Asked {
    let turns = list(request, "contents").iter().map(|content| {
        let of_tool = |it: &Value| it.get("functionResponse").is_some();
        let who = match word(content, "role") {
            "model" => Who::Model,
            _ if list(content, "parts").iter().any(of_tool) => Who::Tool,
            _ => Who::Person,
        };
        Turn { who, text: text(content.get("parts")) }
    });
    let tools = list(request, "tools").iter().flat_map(|it| list(it, "functionDeclarations"));
    Asked {
        turns: turns.collect(),
        tools: tools.map(|it| Tool::from(it, &["parametersJsonSchema", "parameters"])).collect(),
    }
}

pub(super) fn write(reply: &Reply<'_>) -> Value {
    let mut parts = Vec::new();
    if !reply.thinking.is_empty() {
        parts.push(json!({"text": reply.thinking, "thought": true}));
    }
    if !reply.text.is_empty() {
        parts.push(json!({"text": reply.text}));
    }
    if let Some(call) = &reply.call {
        let call = json!({"id": reply.id("call"), "name": call.tool, "args": call.object()});
        parts.push(json!({"functionCall": call, "thoughtSignature": "c2lnbmVk"}));
    }
    let content = json!({"role": "model", "parts": parts});
    let (given, made) = TOKENS;
    json!({
        "candidates": [{"content": content, "index": 0, "finishReason": "STOP"}],
        "usageMetadata": {
            "promptTokenCount": given, "candidatesTokenCount": made,
            "totalTokenCount": given + made,
        },
        "modelVersion": reply.model, "responseId": reply.id("resp"),
    })
}
