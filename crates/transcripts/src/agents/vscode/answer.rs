//! What was answered to a request. Copilot notes each round with the model: what it said, what
//! it called and what the tools said. Without these notes, as of a request that is still
//! answered and of other agents, there is what the person sees.

use driftline_core::Value;
use driftline_messages::block;

use super::part;
use crate::{
    Object,
    fields::{object, text},
    read,
    tool::{hint, verb},
};

/// The most values in the arguments of a call.
const MOST: usize = 50_000;

/// How an answer of a tool begins that failed.
const FAILED: &str = "ERROR while calling tool";

/// What the agent said and called, and what the tools said.
pub(super) fn of(mut metadata: Object, response: Option<Value>) -> (Vec<Value>, Vec<Value>) {
    let results = object(&mut metadata, "toolCallResults").unwrap_or_default();
    match metadata.remove("toolCallRounds") {
        Some(Value::Array(rounds)) if !rounds.is_empty() => rounds_of(rounds, results),
        _ => match response {
            Some(Value::Array(parts)) => part::blocks(parts),
            _ => (Vec::new(), Vec::new()),
        },
    }
}

fn rounds_of(rounds: Vec<Value>, mut results: Object) -> (Vec<Value>, Vec<Value>) {
    let (mut own, mut answers) = (Vec::new(), Vec::new());
    for round in rounds {
        let Value::Object(mut round) = round else { continue };
        own.extend(object(&mut round, "thinking").and_then(thought));
        own.extend(text(&mut round, "response").map(block::text));
        let Some(Value::Array(calls)) = round.remove("toolCalls") else { continue };
        for call in calls {
            let Value::Object(mut call) = call else { continue };
            let [id, name] = ["id", "name"].map(|it| text(&mut call, it).unwrap_or_default());
            let input = match call.remove("arguments") {
                Some(Value::String(said)) => read::json(&said, MOST).unwrap_or(Value::String(said)),
                other => other.unwrap_or_default(),
            };
            own.push(block::call(&id, &name, verb(&name), hint(&input), input));
            answers.extend(object(&mut results, &id).map(|it| answer(&id, it)));
        }
    }
    (own, answers)
}

/// A thought; or none, if its maker keeps it to itself and nobody can read it.
fn thought(mut thinking: Object) -> Option<Value> {
    let said = part::joined(thinking.remove("text").unwrap_or_default());
    let sealed = || thinking.contains_key("encrypted").then(block::sealed);
    (!said.is_empty()).then(|| block::thinking(said)).or_else(sealed)
}

fn answer(id: &str, mut result: Object) -> Value {
    let Some(Value::Array(parts)) = result.remove("content") else {
        return block::result(id, Value::Null, false);
    };
    let mut blocks: Vec<_> = parts.into_iter().filter_map(said).collect();
    let text = |it: &Value| it.get("text").and_then(Value::as_str).map(str::to_owned);
    let failed = blocks.first().and_then(text).is_some_and(|it| it.starts_with(FAILED));
    let output = match blocks.as_mut_slice() {
        [only] => text(only).map(Value::from),
        _ => None,
    };
    block::result(id, output.unwrap_or_else(|| blocks.into()), failed)
}

/// A part of what a tool said: a text, a text laid out for the model, or data.
fn said(part: Value) -> Option<Value> {
    let Value::Object(mut part) = part else { return None };
    if let Some(media_type) = text(&mut part, "mimeType") {
        let data = match part.remove("data") {
            Some(Value::String(data)) => data,
            _ => String::new(),
        };
        return Some(block::image(&media_type, data));
    }
    match part.remove("value")? {
        Value::String(said) => Some(block::text(said)),
        laid_out => Some(block::text(plain(laid_out))),
    }
}

/// The text of a tree: `{"node": {"children": [{"text": ..}, {"children": ..}]}}`.
fn plain(mut tree: Value) -> String {
    let mut all = String::new();
    let mut waiting: Vec<_> = tree.get_mut("node").map(Value::take).into_iter().collect();
    while let Some(node) = waiting.pop() {
        let Value::Object(mut node) = node else { continue };
        if let Some(said) = text(&mut node, "text") {
            let breaks = node.get("lineBreakBefore").is_some_and(|it| it == true || it == 1);
            if breaks && !all.is_empty() && !all.ends_with('\n') {
                all.push('\n');
            }
            all.push_str(&said);
        }
        if let Some(Value::Array(children)) = node.remove("children") {
            waiting.extend(children.into_iter().rev());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_that_is_laid_out_is_plain() {
        let tree = json!({"node": {"type": 1, "children": [
            {"type": 2, "text": "one", "lineBreakBefore": true},
            {"type": 1, "children": [{"type": 2, "text": "two", "lineBreakBefore": true}, 7]},
            {"type": 2, "text": " three"}, {"type": 3},
        ]}});
        assert_eq!(plain(tree), "one\ntwo three");
        assert_eq!(plain(json!(7)), "");
    }
}
