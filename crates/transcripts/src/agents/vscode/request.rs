//! A request: what a person asked, and all that was answered to it. It becomes a prompt, an
//! answer, and what the tools said.

use driftline_core::Value;
use driftline_messages::block;
use serde_json::json;

use super::answer;
use crate::{
    Kept, Message, Name, Object, Rank, Record, Role,
    fields::{object, text},
    prose, time,
};

/// States of an answer in which it goes on: it comes, or waits for the person.
const GOES_ON: &[u64] = &[0, 4];

/// Stands before the names of models that GitHub offers.
const COPILOT: &str = "copilot/";

pub(super) fn records(base: &Record, request: Value) -> Vec<Record> {
    let raw = request.to_string();
    let Value::Object(mut request) = request else { return Vec::new() };
    let Some(id) = text(&mut request, "requestId") else { return Vec::new() };
    let time = request.get("timestamp").and_then(Value::as_i64).map(time::clamp);
    let base = Record { kind: "request".into(), time, raw: Some(raw), ..base.clone() };
    let model = text(&mut request, "modelId");
    let model = model.map(|it| it.strip_prefix(COPILOT).map(str::to_owned).unwrap_or(it));
    let mut all = Vec::new();
    all.extend(prompt(base.clone(), &id, &mut request));

    let response = text(&mut request, "responseId").unwrap_or_else(|| format!("{id}:response"));
    let finished = is_finished(&request);
    let mut result = object(&mut request, "result").unwrap_or_default();
    let metadata = object(&mut result, "metadata").unwrap_or_default();
    let (mut blocks, answers) = answer::of(metadata, request.remove("response"));
    if let Some(mut error) = object(&mut result, "errorDetails") {
        let told = text(&mut error, "message");
        blocks.push(block::notice("error", json!({ "text": told })));
    }
    let parent = Some(id);
    for (role, blocks, name) in [
        (Role::Assistant, blocks, response.clone()),
        (Role::Tool, answers, format!("{response}:result")),
    ] {
        if blocks.is_empty() {
            continue;
        }
        let mut kept = Kept::of(role, blocks);
        kept.external_id = Some(name);
        kept.parent.clone_from(&parent);
        let model = model.clone().filter(|_| role == Role::Assistant);
        kept.message = Message { finished, model: model.clone(), ..Message::default() };
        let kept = Some(Box::new(kept));
        all.push(Record { kind: "response".into(), model, kept, ..base.clone() });
    }
    all
}

fn is_finished(request: &Object) -> bool {
    match request.get("modelState").and_then(|it| it.get("value")?.as_u64()) {
        Some(state) => !GOES_ON.contains(&state),
        None => request.get("result").is_some_and(Value::is_object),
    }
}

fn prompt(base: Record, id: &str, request: &mut Object) -> Option<Record> {
    let said = match request.remove("message")? {
        Value::String(said) => said,
        Value::Object(mut message) => text(&mut message, "text")?,
        _ => return None,
    };
    let mut blocks = vec![block::text(said)];
    let attached = request.get("variableData").and_then(|it| it.get("variables")?.as_array());
    let images =
        attached.into_iter().flatten().filter(|it| it.get("kind").is_some_and(|it| it == "image"));
    blocks.extend(images.map(|it| {
        let media_type = it.get("mimeType").and_then(Value::as_str).unwrap_or_default();
        block::image(media_type, "")
    }));
    let mut kept = Kept::of(Role::User, blocks);
    kept.external_id = Some(id.to_owned());
    // A button that the person pressed says something in their place.
    kept.prompt = Some(request.get("confirmation").is_none_or(Value::is_null));
    let name = prose::headline(&kept.blocks).filter(|_| kept.prompt == Some(true));
    let name = name.map(|text| Name { rank: Rank::Prompt, text, leaf: None });
    Some(Record { name, kept: Some(Box::new(kept)), ..base })
}
