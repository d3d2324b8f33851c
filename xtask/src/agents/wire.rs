//! The forms in which agents speak with a model. Each of them reads a request into the same
//! turns and tools, and writes the same reply as a stream of server-sent events.

mod chat;
mod gemini;
mod messages;
mod responses;

use serde_json::{Value, json};

/// Who said something, as the model sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Who {
    Person,
    Model,
    Tool,
}

/// A part of the conversation.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) who: Who,
    pub(super) text: String,
}

/// What an agent lets the model call.
#[derive(Debug)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) schema: Value,
    /// Whether it takes a text instead of an object.
    pub(super) is_free_text: bool,
}

impl Tool {
    /// The tool that `value` describes, with the schema of its input under one of `schema`.
    pub(super) fn from(value: &Value, schema: &[&str]) -> Self {
        let of = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        Self {
            name: of("name").into(),
            schema: schema.iter().find_map(|it| value.get(it)).cloned().unwrap_or_default(),
            is_free_text: of("type") == "custom",
        }
    }
}

/// What a request says.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) turns: Vec<Turn>,
    pub(super) tools: Vec<Tool>,
}

/// What the model gives to a tool.
#[derive(Debug)]
pub(super) enum Input {
    Object(Value),
    Text(String),
}

/// A call of a tool.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) tool: String,
    pub(super) input: Input,
}

impl Call {
    pub(super) fn of(tool: &Tool, input: Input) -> Self {
        Self { tool: tool.name.clone(), input }
    }

    /// The input as an object; a text becomes one.
    fn object(&self) -> Value {
        match &self.input {
            Input::Object(input) => input.clone(),
            Input::Text(input) => json!({"input": input}),
        }
    }
}

/// What the model says.
pub(super) struct Reply<'r> {
    /// Makes the ids in it unique.
    pub(super) number: u64,
    pub(super) model: &'r str,
    /// Empty where the model did not think.
    pub(super) thinking: &'r str,
    pub(super) text: &'r str,
    pub(super) call: Option<Call>,
}

impl Reply<'_> {
    fn id(&self, of: &str) -> String {
        format!("{of}_{:024}", self.number)
    }
}

/// Input and output of every reply, in tokens. No agent may find its window full.
const TOKENS: (u64, u64) = (1000, 50);

/// A form of requests and replies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wire {
    /// Anthropic's.
    Messages,
    /// OpenAI's newer one.
    Responses,
    /// OpenAI's older one, which everybody else speaks.
    Chat,
    /// Google's.
    Gemini,
}

impl Wire {
    /// The form of what is asked for under `path`.
    pub(super) fn of(path: &str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or_default();
        let ends = |it| path.ends_with(it);
        [
            (Self::Messages, ends("/messages")),
            (Self::Responses, ends("/responses")),
            (Self::Chat, ends("/chat/completions")),
            (Self::Gemini, ends("enerateContent")),
        ]
        .into_iter()
        .find_map(|(wire, is)| is.then_some(wire))
    }

    pub(super) fn read(self, request: &Value) -> Asked {
        match self {
            Self::Messages => messages::read(request),
            Self::Responses => responses::read(request),
            Self::Chat => chat::read(request),
            Self::Gemini => gemini::read(request),
        }
    }

    /// The body of a reply that is streamed.
    pub(super) fn stream(self, request: &Value, reply: &Reply<'_>) -> String {
        match self {
            Self::Messages => named(&messages::write(request, reply)),
            Self::Responses => named(&responses::write(reply)),
            Self::Chat => unnamed(chat::write(reply)) + "data: [DONE]\n\n",
            Self::Gemini => unnamed([gemini::write(reply)]),
        }
    }

    /// The body of a reply in one piece, where agents ask for such.
    pub(super) fn whole(self, reply: &Reply<'_>) -> Option<Value> {
        (self == Self::Gemini).then(|| gemini::write(reply))
    }
}

/// Events whose names are their types.
fn named(events: &[Value]) -> String {
    let one = |it: &Value| {
        let name = it.get("type").and_then(Value::as_str).unwrap_or_default();
        format!("event: {name}\ndata: {it}\n\n")
    };
    events.iter().map(one).collect()
}

fn unnamed(events: impl IntoIterator<Item = Value>) -> String {
    events.into_iter().map(|it| format!("data: {it}\n\n")).collect()
}

/// The elements under `name`, if there are any.
fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text, or the texts of its parts.
fn text(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|it| it.get("text").and_then(Value::as_str));
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

fn word<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
