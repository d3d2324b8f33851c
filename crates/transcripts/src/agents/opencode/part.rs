//! One part of a message.

use driftline_core::Value;
use driftline_messages::block;

use super::{message::MOST, tables::Stored};
use crate::{
    Object,
    fields::{is, object, text},
    read,
    tool::{hint, verb},
};

/// The longest text that is kept though it is broken, in bytes.
const BROKEN: usize = 4_096;

/// What a part is.
pub(super) enum Part {
    /// Bookkeeping.
    Nothing,
    /// What the one whose message it is says.
    Own(Value),
    /// What the program says in the person's name.
    Added(Value),
    /// A call of a tool that has answered.
    Answered(Value, Answer),
}

/// The answer of a tool.
pub(super) struct Answer {
    pub(super) block: Value,
    /// When it came.
    pub(super) ended: Option<i64>,
}

impl Part {
    pub(super) fn of(stored: &Stored) -> Self {
        let Ok(Value::Object(mut data)) = read::json(&stored.data, MOST) else {
            return Self::Own(odd("part", &stored.data));
        };
        let kind = text(&mut data, "type").unwrap_or_else(|| "(no type)".into());
        match kind.as_str() {
            "text" => {
                let Some(said) = text(&mut data, "text") else { return Self::Nothing };
                // Ignored: the program shows it to the person, and no model sees it.
                let by_program = is(&data, "synthetic") || is(&data, "ignored");
                let wrap = if by_program { Self::Added } else { Self::Own };
                wrap(block::text(said))
            }
            "reasoning" => {
                Self::Own(text(&mut data, "text").map_or_else(block::sealed, block::thinking))
            }
            "tool" => tool(data),
            "file" => Self::Own(file(&mut data)),
            "compaction" | "retry" => Self::Own(block::notice(&kind, Value::Object(data))),
            "subtask" => Self::Own(block::notice("command", Value::Object(data))),
            // A mention of an agent stands in the text, too.
            "step-start" | "step-finish" | "snapshot" | "patch" | "agent" => Self::Nothing,
            _ => Self::Own(block::other(&kind, Value::Object(data))),
        }
    }
}

/// What is broken, or too much to be taken apart. What is far too much was not even taken from
/// the database.
pub(super) fn odd(kind: &str, data: &str) -> Value {
    match data.len() {
        1..=BROKEN => block::other(kind, data.into()),
        _ => block::notice("too_long", Value::Null),
    }
}

fn tool(mut data: Object) -> Part {
    let id = text(&mut data, "callID").unwrap_or_default();
    let name = text(&mut data, "tool").unwrap_or_default();
    let mut state = object(&mut data, "state").unwrap_or_default();
    let input = state.remove("input").unwrap_or_default();
    let call = block::call(&id, &name, verb(&name), hint(&input), input);
    let failed = match state.get("status").and_then(Value::as_str) {
        Some("completed") => false,
        Some("error") => true,
        // Not answered yet; or never, if the program was killed.
        _ => return Part::Own(call),
    };
    let time = |field: &str| state.get("time").and_then(|it| it.get(field)?.as_i64());
    let (started, ended) = (time("start"), time("end"));
    let took = started.zip(ended).and_then(|(start, end)| end.checked_sub(start));
    let took = took.and_then(|it| u64::try_from(it).ok());
    let exit = state.get("metadata").and_then(|it| it.get("exit")?.as_i64());
    let output = output(&mut state, failed);
    let mut block = block::result(&id, output, failed || exit.is_some_and(|it| it != 0));
    if let Some(block) = block.as_object_mut() {
        block.extend(exit.map(|it| ("exit".to_owned(), it.into())));
        block.extend(took.map(|it| ("took".to_owned(), it.into())));
    }
    Part::Answered(call, Answer { block, ended })
}

fn output(state: &mut Object, failed: bool) -> Value {
    let output = state.remove(if failed { "error" } else { "output" }).unwrap_or_default();
    let Some(Value::Array(files)) = state.remove("attachments") else { return output };
    let said = output.as_str().map(block::text);
    let files = files.into_iter().filter_map(|it| match it {
        Value::Object(mut it) => Some(file(&mut it)),
        _ => None,
    });
    said.into_iter().chain(files).collect::<Vec<_>>().into()
}

/// A file that was sent along: the bytes of an image, and what any other is called.
fn file(data: &mut Object) -> Value {
    let media_type = text(data, "mime").unwrap_or_default();
    let url = text(data, "url").unwrap_or_default();
    let inside = url.strip_prefix("data:").map(|it| it.split_once(";base64,"));
    if media_type.starts_with("image/") {
        let bytes = inside.flatten().map_or("", |it| it.1);
        return block::image(&media_type, bytes);
    }
    if inside.is_none() {
        data.insert("url".into(), url.into());
    }
    for field in ["id", "messageID", "sessionID", "type", "source"] {
        data.remove(field);
    }
    data.insert("mime".into(), media_type.into());
    block::other("file", Value::Object(std::mem::take(data)))
}
