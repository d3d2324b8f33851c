//! What a message says, in one shape for every agent. Readers of transcripts write it;
//! pages, commands, the search and exports read it, without knowing any agent. It is read
//! without trusting its shape: a newer program or another device wrote it.

mod build;

use driftline_core::Value;

pub use self::build::{call, image, notice, other, result, sealed, stored, text, thinking};

/// One block of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Block<'a> {
    /// Prose.
    Text(&'a str),
    /// What the agent thought. None: its maker keeps it to itself.
    Thinking(Option<&'a str>),
    /// A tool that the agent called.
    Call(Call<'a>),
    /// What a tool answered.
    Result(Answer<'a>),
    /// An image.
    Image(Image<'a>),
    /// What the program around the agent did: `compaction`, `command`, `mode`.
    Notice {
        /// What it did, in a word.
        kind: &'a str,
        /// What it says of it, or null.
        details: &'a Value,
    },
    /// Something else, as its writer keeps it.
    Other {
        /// What its writer calls it.
        kind: &'a str,
        /// All of it.
        value: &'a Value,
    },
}

/// A call of a tool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call<'a> {
    /// What the answer names it by.
    pub id: &'a str,
    /// What the agent calls the tool.
    pub name: &'a str,
    /// What the tool does, where its reader knows.
    pub verb: Option<Verb>,
    /// The argument that tells most, in a line. Empty: none does.
    pub hint: &'a str,
    /// All arguments.
    pub input: &'a Value,
}

/// The answer of a tool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer<'a> {
    /// The call that it answers.
    pub call: &'a str,
    /// A text, or a list of blocks.
    pub output: &'a Value,
    /// Whether the tool failed.
    pub failed: bool,
    /// The code that its program ended with.
    pub exit: Option<i64>,
    /// How long it took, in milliseconds.
    pub took: Option<u64>,
}

/// An image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    /// What its writer says it is, such as `image/png`. Empty: it does not say.
    pub media_type: &'a str,
    /// Its bytes in base64. Empty: they are elsewhere.
    pub data: &'a str,
}

/// What a tool does, in one word for every agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Runs a command.
    Shell,
    /// Reads a file or a folder.
    Read,
    /// Writes or changes a file.
    Edit,
    /// Looks for files or for something in them.
    Search,
    /// Asks the network.
    Fetch,
    /// Starts a sub-agent.
    Task,
    /// Keeps a list of what to do.
    Plan,
}

impl Verb {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Shell, "shell"),
        (Self::Read, "read"),
        (Self::Edit, "edit"),
        (Self::Search, "search"),
        (Self::Fetch, "fetch"),
        (Self::Task, "task"),
        (Self::Plan, "plan"),
    ];

    /// Its name in a block.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|it| it.0 == self).map_or("", |it| it.1)
    }

    /// The verb of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|it| it.1 == name).map(|it| it.0)
    }
}

/// The blocks of a message with these fields `text` and `blocks`.
///
/// ```
/// use driftline_messages::block::{self, Block};
/// let (text, content) = block::stored(vec![block::thinking("Hm."), block::text("Yes.")]);
/// assert_eq!(text.as_deref(), Some("Yes."));
/// let read: Vec<_> = block::blocks(text.as_deref(), content.as_ref()).collect();
/// assert_eq!(read, [Block::Thinking(Some("Hm.")), Block::Text("Yes.")]);
/// ```
pub fn blocks<'a>(
    text: Option<&'a str>,
    content: Option<&'a Value>,
) -> impl Iterator<Item = Block<'a>> {
    let (many, one) = match content {
        Some(Value::Array(blocks)) => (Some(blocks), None),
        None | Some(Value::Null) => (None, None),
        other => (None, other),
    };
    // Nothing but text: as a person writes a row by hand.
    let only = text.filter(|_| many.is_none_or(Vec::is_empty) && one.is_none()).map(Block::Text);
    let listed = many.into_iter().flatten().chain(one).map(move |it| Block::of(it, text));
    only.into_iter().chain(listed)
}

/// The blocks of a list that stands by itself.
pub fn read(blocks: &[Value]) -> impl Iterator<Item = Block<'_>> {
    blocks.iter().map(|it| Block::of(it, None))
}

/// The blocks in the output of a tool.
pub fn outputs(output: &Value) -> impl Iterator<Item = Block<'_>> {
    blocks(None, Some(output))
}

impl<'a> Block<'a> {
    /// Reads a block of a message whose text is `said`.
    fn of(value: &'a Value, said: Option<&'a str>) -> Self {
        if let Value::String(text) = value {
            return Self::Text(text);
        }
        let text = |field: &str| value.get(field).and_then(Value::as_str);
        let word = |field: &str| text(field).unwrap_or_default();
        let whole = |field: &str| value.get(field).unwrap_or(&Value::Null);
        let kind = text("type").unwrap_or("no type");
        let known = match kind {
            // The text of a message with one text stands in its own field.
            "text" => text("text").or(said).map(Self::Text),
            "thinking" => Some(Self::Thinking(text("text").or_else(|| text("thinking")))),
            "call" => text("name").map(|name| {
                let verb = text("verb").and_then(Verb::named);
                let (id, hint, input) = (word("id"), word("hint"), whole("input"));
                Self::Call(Call { id, name, verb, hint, input })
            }),
            "result" => Some(Self::Result(Answer {
                call: word("call"),
                output: whole("output"),
                failed: value.get("failed").and_then(Value::as_bool) == Some(true),
                exit: value.get("exit").and_then(Value::as_i64),
                took: value.get("took").and_then(Value::as_u64),
            })),
            "image" => {
                Some(Self::Image(Image { media_type: word("media_type"), data: word("data") }))
            }
            // Messages of before blocks were the same for every agent.
            "redacted_thinking" => Some(Self::Thinking(None)),
            "tool_use" => text("name").map(|name| {
                let (id, input) = (word("id"), whole("input"));
                Self::Call(Call { id, name, verb: None, hint: "", input })
            }),
            "tool_result" => Some(Self::Result(Answer {
                call: word("tool_use_id"),
                output: whole("content"),
                failed: value.get("is_error").and_then(Value::as_bool) == Some(true),
                exit: None,
                took: None,
            })),
            "notice" => text("kind").map(|kind| Self::Notice { kind, details: whole("details") }),
            "other" => text("kind").map(|kind| Self::Other { kind, value: whole("value") }),
            _ => None,
        };
        known.unwrap_or(Self::Other { kind, value })
    }

    /// All that it says, as plain text.
    pub fn plain(self) -> String {
        let json = |it: &Value| serde_json::to_string_pretty(it).unwrap_or_default();
        match self {
            Self::Text(text) => text.to_owned(),
            Self::Thinking(text) => text.unwrap_or_default().to_owned(),
            Self::Image(_) => "[image]".to_owned(),
            Self::Call(call) => format!("{}\n{}", call.name, json(call.input)),
            Self::Result(answer) => answer.plain(),
            Self::Notice { kind, details: Value::Null } => kind.to_owned(),
            Self::Notice { kind, details } => format!("{kind}\n{}", json(details)),
            Self::Other { value, .. } => json(value),
        }
    }
}

impl Answer<'_> {
    /// What it says, as plain text.
    pub fn plain(self) -> String {
        outputs(self.output).map(Block::plain).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(content: &Value) -> Vec<Block<'_>> {
        outputs(content).collect()
    }

    #[test]
    fn blocks_of_any_shape_are_read() {
        let content = json!([
            "plain", {"type": "text", "text": "prose"}, {"type": "text"}, 7, null,
            {"type": "call", "name": "Bash", "verb": "dance"},
            {"type": "result"}, {"type": "image", "data": 7}, {"type": "dance", "name": "x"},
        ]);
        let read = read(&content);
        assert_eq!(read[0], Block::Text("plain"));
        assert_eq!(read[1], Block::Text("prose"));
        assert!(matches!(read[2], Block::Other { kind: "text", .. }));
        assert!(matches!(read[3], Block::Other { kind: "no type", .. }));
        assert!(matches!(read[5], Block::Call(Call { id: "", name: "Bash", verb: None, .. })));
        assert!(matches!(read[6], Block::Result(Answer { call: "", failed: false, .. })));
        assert_eq!(read[7], Block::Image(Image { media_type: "", data: "" }));
        assert!(matches!(read[8], Block::Other { kind: "dance", .. }));
        assert_eq!(read.len(), 9);
        let one = json!("text");
        assert_eq!(outputs(&one).next(), Some(Block::Text("text")));
        assert_eq!(blocks(None, Some(&Value::Null)).count() + blocks(None, None).count(), 0);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let input = json!({"command": "ls"});
        let all = vec![
            thinking("Hm."),
            sealed(),
            call("a", "Bash", Some(Verb::Shell), "ls".into(), input.clone()),
            result("a", json!([text("x"), image("image/png", "AAAA")]), true),
            notice("compaction", json!({"tokens": 7})),
            other("odd", json!([1])),
        ];
        let (said, content) = stored(all);
        assert_eq!(said, None, "the text of a tool is not the message's");
        let content = content.unwrap();
        let read = read(&content);
        assert_eq!(read[..2], [Block::Thinking(Some("Hm.")), Block::Thinking(None)]);
        let verb = Some(Verb::Shell);
        let expected = Call { id: "a", name: "Bash", verb, hint: "ls", input: &input };
        assert_eq!(read[2], Block::Call(expected));
        let Block::Result(answer) = read[3] else { panic!("{:?}", read[3]) };
        assert_eq!(
            (answer.call, answer.failed, answer.plain().as_str()),
            ("a", true, "x\n[image]")
        );
        assert!(matches!(read[4], Block::Notice { kind: "compaction", .. }));
        assert_eq!(read[5], Block::Other { kind: "odd", value: &json!([1]) });
    }

    #[test]
    fn messages_of_earlier_versions_are_read() {
        let input = json!({"command": "ls"});
        let content = json!([
            {"type": "thinking", "thinking": "Hm."}, {"type": "redacted_thinking", "data": "x"},
            {"type": "tool_use", "id": "a", "name": "Bash", "input": input},
            {"type": "tool_result", "tool_use_id": "a", "is_error": true, "content": "no"},
        ]);
        let all = read(&content);
        assert_eq!(all[..2], [Block::Thinking(Some("Hm.")), Block::Thinking(None)]);
        let expected = Call { id: "a", name: "Bash", verb: None, hint: "", input: &input };
        assert_eq!(all[2], Block::Call(expected));
        let Block::Result(answer) = all[3] else { panic!("{:?}", all[3]) };
        assert_eq!((answer.call, answer.failed, answer.plain().as_str()), ("a", true, "no"));
    }

    #[test]
    fn every_text_is_kept_once() {
        let texts = |all: &[&str]| stored(all.iter().map(|it| text(*it)).collect());
        assert_eq!(texts(&["one"]), (Some("one".into()), None));
        let (said, content) = texts(&["one", "two"]);
        assert_eq!(said, None);
        assert_eq!(read(&content.unwrap()), [Block::Text("one"), Block::Text("two")]);
        assert_eq!(texts(&[]), (None, None));
        let (said, content) = stored(vec![image("image/png", ""), text("see")]);
        let content = content.unwrap();
        assert!(!content.to_string().contains("see"));
        assert_eq!(blocks(said.as_deref(), Some(&content)).nth(1), Some(Block::Text("see")));
    }

    #[test]
    fn a_verb_has_a_name() {
        for (verb, name) in Verb::ALL {
            assert_eq!((verb.name(), Verb::named(name)), (name, Some(verb)));
        }
    }
}
