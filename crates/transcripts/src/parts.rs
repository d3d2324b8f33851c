//! Content as the messages of Google's interface have it: a text, or a list of parts. Gemini
//! CLI keeps it, and so does what was made from it.

use driftline_core::{Value, value};
use driftline_messages::{
    Verb,
    block::{self, Block},
};

use crate::{
    Object,
    fields::{is, object, text},
    tool::{hint, verb},
};

/// What Gemini CLI wraps the output of a command in.
const WRAPPER: (&str, &str) = ("<untrusted_context>", "</untrusted_context>");

/// What stands behind the output of a command, and how its exit code does.
const EXIT: &str = "Exit Code:";
const BEHIND: &[&str] = &["Error:", "Signal:", "Background PIDs:", "Process Group PGID:", EXIT];

/// The neutral blocks of some content: one for each part that says something.
pub(crate) fn blocks(content: Value) -> Vec<Value> {
    let parts = match content {
        Value::Null => Vec::new(),
        Value::Array(parts) => parts,
        other => vec![other],
    };
    let empty = |it: &Value| it.get("text").unwrap_or(it).as_str() == Some("");
    parts.into_iter().filter(|it| !empty(it)).map(one).collect()
}

fn one(part: Value) -> Value {
    let mut part = match part {
        Value::String(said) => return block::text(said),
        Value::Object(part) => part,
        other => return block::other("no type", other),
    };
    if part.get("text").is_some_and(Value::is_string) {
        let said = text(&mut part, "text").unwrap_or_default();
        return if is(&part, "thought") { block::thinking(said) } else { block::text(said) };
    }
    if let Some(it) = object(&mut part, "functionCall") {
        return call(it);
    }
    if let Some(it) = object(&mut part, "functionResponse") {
        return answer(it, Vec::new(), false);
    }
    if let Some(mut data) = object(&mut part, "inlineData") {
        let media_type = text(&mut data, "mimeType").unwrap_or_default();
        return block::image(&media_type, text(&mut data, "data").unwrap_or_default());
    }
    let kind = part.keys().next().cloned().unwrap_or_else(|| "no type".into());
    block::other(&kind, Value::Object(part))
}

/// A call, of fields `id`, `name` and `args`.
pub(crate) fn call(mut fields: Object) -> Value {
    let [id, name] = ["id", "name"].map(|it| text(&mut fields, it).unwrap_or_default());
    let input = fields.remove("args").unwrap_or_default();
    block::call(&id, &name, verb(&name), hint(&input), input)
}

/// An answer, of fields `id`, `name` and `response`, with what else the tool gave out.
pub(crate) fn answer(mut fields: Object, more: Vec<Value>, failed: bool) -> Value {
    let [id, name] = ["id", "name"].map(|it| text(&mut fields, it).unwrap_or_default());
    let mut more = [blocks(fields.remove("parts").unwrap_or_default()), more].concat();
    let (said, error) = said(fields.remove("response").unwrap_or_default());
    let exit = said.as_deref().filter(|_| verb(&name) == Some(Verb::Shell)).and_then(exit_code);
    let failed = failed || error || exit.is_some_and(|it| it != 0);
    let output = match said {
        Some(said) if more.is_empty() => said.into(),
        said => {
            more.splice(0..0, said.map(block::text));
            more.into()
        }
    };
    with_exit(block::result(&id, output, failed), exit)
}

/// The result `block` of a program that ended with this code.
pub(crate) fn with_exit(mut block: Value, exit: Option<i64>) -> Value {
    if let (Some(exit), Some(fields)) = (exit, block.as_object_mut()) {
        fields.insert("exit".into(), exit.into());
    }
    block
}

/// The calls that some blocks answer.
pub(crate) fn answered(blocks: &[Value]) -> impl Iterator<Item = &str> {
    block::read(blocks).filter_map(|it| match it {
        Block::Result(answer) => Some(answer.call),
        _ => None,
    })
}

/// What a tool said, and whether that it failed.
fn said(response: Value) -> (Option<String>, bool) {
    let mut fields = match response {
        Value::Object(fields) => fields,
        Value::Null => return (None, false),
        Value::String(said) => return (Some(said), false),
        other => return (Some(value::text(&other)), false),
    };
    for (field, error) in [("output", false), ("error", true)] {
        if let Some(Value::String(said)) = fields.get_mut(field) {
            return (Some(unwrapped(said)), error);
        }
    }
    (Some(value::text(&Value::Object(fields))), false)
}

fn unwrapped(said: &str) -> String {
    let inside = said.strip_prefix(WRAPPER.0).and_then(|it| it.trim_end().strip_suffix(WRAPPER.1));
    inside.map_or(said, |it| it.trim_matches('\n')).to_owned()
}

/// The code that a command ended with. A command can print such a line, too, so only what
/// stands behind its output counts.
fn exit_code(said: &str) -> Option<i64> {
    let behind = |it: &&str| BEHIND.iter().any(|name| it.starts_with(name));
    let mut lines = said.lines().rev().take_while(behind);
    lines.find_map(|it| it.strip_prefix(EXIT)?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_of_any_shape_become_blocks() {
        let content = json!([
            {"text": "Hm.", "thought": true}, {"text": "Yes."}, {"text": ""}, "plain", 7, {}, null,
            {"functionCall": {"id": "a", "name": "glob", "args": {"pattern": "*.rs"}}},
            {"functionCall": 7}, {"inlineData": {"mimeType": "image/png", "data": "AA=="}},
            {"fileData": {"fileUri": "x"}}, {"functionResponse": {"response": [1]}},
        ]);
        let blocks = blocks(content);
        let read: Vec<_> = block::read(&blocks).collect();
        assert_eq!(read[..2], [Block::Thinking(Some("Hm.")), Block::Text("Yes.")]);
        assert_eq!(read[2], Block::Text("plain"));
        for odd in &read[3..6] {
            assert!(matches!(odd, Block::Other { kind: "no type", .. }));
        }
        assert!(matches!(read[6], Block::Call(it) if it.hint == "*.rs" && it.id == "a"));
        assert!(matches!(read[7], Block::Other { kind: "functionCall", .. }));
        assert!(matches!(read[8], Block::Image(it) if it.data == "AA=="));
        assert!(matches!(read[9], Block::Other { kind: "fileData", .. }));
        assert!(matches!(read[10], Block::Result(it) if it.plain() == "[1]"));
    }

    #[test]
    fn how_a_command_ended_stands_behind_its_output() {
        let exit = |name: &str, said: &str| {
            let fields = json!({"id": "a", "name": name, "response": {"output": said}});
            let Value::Object(fields) = fields else { panic!("{fields}") };
            let blocks = [answer(fields, Vec::new(), false)];
            let Some(Block::Result(answer)) = block::read(&blocks).next() else {
                panic!("{blocks:?}")
            };
            (answer.exit, answer.failed)
        };
        let wrapped = "<untrusted_context>\nOutput: x\nExit Code: 3\nProcess Group PGID: 1\n\
                       </untrusted_context>";
        assert_eq!(exit("run_shell_command", wrapped), (Some(3), true));
        assert_eq!(
            exit("run_shell_command", "Output: x\nError: (none)\nExit Code: 0"),
            (Some(0), false)
        );
        assert_eq!(exit("run_shell_command", "Output: x\nExit Code: 3\nmore"), (None, false));
        assert_eq!(exit("run_shell_command", "Exit Code: (none)\nSignal: 9"), (None, false));
        assert_eq!(exit("read_file", wrapped), (None, false));
    }
}
