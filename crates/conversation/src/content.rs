//! What is said in a window: plain data, from which a page and a terminal each make
//! what they show.

use driftline_core::{Id, Timestamp, Value};
use driftline_text::count_of;

/// One item of a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Where it is in its strand.
    pub item: usize,
    /// The messages it is made of, the first one first.
    pub messages: Vec<Id>,
    /// When its first message was said.
    pub at: Option<Timestamp>,
    /// What is said.
    pub content: Content,
}

/// Who gives the prompts of a strand: the person in the main one. What a sub-agent is told
/// first was written by the agent that started it.
pub fn asker(strand: usize) -> &'static str {
    if strand == 0 { "You" } else { "Task from the agent" }
}

/// What an item says.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// The person said something.
    Prompt(Vec<Piece>),
    /// The person typed a command.
    Command {
        /// As they typed it.
        typed: String,
        /// What the program made of it.
        pieces: Vec<Piece>,
    },
    /// The agent said something.
    Reply {
        /// The model.
        model: Option<String>,
        /// What it said.
        pieces: Vec<Piece>,
    },
    /// The agent worked.
    Run(Run),
    /// What came before was summed up and forgotten.
    Compaction {
        /// How many tokens there were before.
        tokens: Option<u64>,
        /// The sum of it.
        summary: Vec<Piece>,
    },
    /// A sub-agent that no call is known to have started.
    Agent(Agent),
}

/// A piece of what is said.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Prose, in markdown where an agent wrote it.
    Text(String),
    /// Said by the program in the person's name.
    Program {
        /// How it was marked.
        tag: String,
        /// What it says.
        text: String,
    },
    /// What the agent thought. Empty: its maker keeps it to itself.
    Thinking(String),
    /// An image.
    Image(Image),
    /// A kind of block that is not known here: its name, and the whole as JSON.
    Other {
        /// What the agent calls it.
        kind: String,
        /// All of it.
        json: String,
    },
}

/// An image of a message. Its bytes are fetched by the message and its place there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The message.
    pub message: Id,
    /// Its place among the message's images.
    pub index: usize,
    /// What the agent says it is, such as `image/png`.
    pub media_type: String,
    /// How many bytes it has. 0: they are not in the message.
    pub bytes: usize,
}

/// A run of work.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// Its parts, in order.
    pub steps: Vec<RunStep>,
    /// What it comes to.
    pub tally: Tally,
}

/// A part of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum RunStep {
    /// A tool was called.
    Call(Box<Call>),
    /// Something else came up.
    Aside {
        /// The message that it is in.
        message: Id,
        /// What it is, in a word or two.
        label: String,
        /// What it says.
        pieces: Vec<Piece>,
    },
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The message that it is in.
    pub message: Id,
    /// The tool.
    pub name: String,
    /// The argument that tells most, in a line.
    pub hint: String,
    /// All arguments.
    pub input: Value,
    /// What it was answered, if it was.
    pub answer: Option<Answer>,
    /// How long the answer took, in milliseconds.
    pub took: Option<u64>,
    /// The sub-agent that it started.
    pub agent: Option<Agent>,
}

/// The answer of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The message that it is in.
    pub message: Id,
    /// Its place among the answers in the message.
    pub index: usize,
    /// Whether it failed.
    pub failed: bool,
    /// What it says.
    pub pieces: Vec<Piece>,
}

/// A conversation inside this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Its strand.
    pub strand: usize,
    /// What it is called.
    pub name: String,
    /// Its first message.
    pub first: Option<Id>,
    /// How many it has.
    pub messages: usize,
}

/// What a run comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The tools and how often each was called: most often first.
    pub tools: Vec<(String, usize)>,
    /// How many calls failed.
    pub failed: usize,
    /// How many words were thought.
    pub words: u64,
    /// Whether something was thought.
    pub thought: bool,
    /// How many other parts there are.
    pub asides: usize,
    /// How long it took, in milliseconds.
    pub took: Option<u64>,
}

impl Tally {
    /// How many calls there are.
    pub fn calls(&self) -> usize {
        self.tools.iter().map(|(_, count)| count).sum()
    }

    /// The whole in a line: `7 tools: Edit ×3, Bash ×2, Read ×2, 1 failed, 41 s`.
    pub fn line(&self) -> String {
        let mut parts = Vec::new();
        match (self.calls(), self.tools.as_slice()) {
            (0, _) => (),
            (1, [(name, _)]) => parts.push(name.clone()),
            (calls, tools) => {
                let tools = tools.iter().map(|(name, count)| match count {
                    1 => name.clone(),
                    _ => format!("{name} ×{count}"),
                });
                parts.push(format!("{calls} tools: {}", tools.collect::<Vec<_>>().join(", ")));
            }
        }
        if self.failed > 0 {
            parts.push(format!("{} failed", self.failed));
        }
        match (self.thought, self.words) {
            (false, _) => (),
            (true, 0) => parts.push("thinking".into()),
            (true, words) => {
                parts.push(format!("thinking ({})", count_of(words, "word", "words")));
            }
        }
        if self.asides > 0 {
            parts.push(count_of(self.asides, "note", "notes"));
        }
        if let Some(took) = self.took.filter(|it| *it >= 1000 && self.calls() > 0) {
            parts.push(driftline_text::length(took));
        }
        parts.join(", ")
    }
}
