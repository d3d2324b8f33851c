//! What of a session an agent will not know, or will know in another form.

/// Something of which there is so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lost {
    /// Calls of tools, which the agent is told of as text.
    Calls(usize),
    /// Thoughts.
    Thoughts(usize),
    /// Images.
    Images(usize),
    /// Messages of sub-agents.
    OfAgents(usize),
    /// Messages from before the last summary.
    Summed(usize),
    /// What the program around the agent added to what the person said.
    Added(usize),
    /// Parts of messages that no other agent has.
    Parts(usize),
    /// The session that this one was forked from.
    Origin,
}

impl Lost {
    /// A short name, the same in every output.
    pub fn code(self) -> &'static str {
        match self {
            Self::Calls(_) => "calls",
            Self::Thoughts(_) => "thoughts",
            Self::Images(_) => "images",
            Self::OfAgents(_) => "of_agents",
            Self::Summed(_) => "summed",
            Self::Added(_) => "added",
            Self::Parts(_) => "parts",
            Self::Origin => "origin",
        }
    }

    /// How much there is of it.
    pub fn count(self) -> usize {
        match self {
            Self::Calls(it)
            | Self::Thoughts(it)
            | Self::Images(it)
            | Self::OfAgents(it)
            | Self::Summed(it)
            | Self::Added(it)
            | Self::Parts(it) => it,
            Self::Origin => 1,
        }
    }

    /// What people are told of it.
    pub fn words(self) -> String {
        let of = |count: usize, one: &str, many: &str| match count {
            1 => format!("1 {one}"),
            _ => format!("{count} {many}"),
        };
        let messages = |it| of(it, "message", "messages");
        match self {
            Self::Calls(it) => {
                let calls = of(it, "tool call is", "tool calls are");
                format!("{calls} told as text, with what came of it")
            }
            Self::Thoughts(it) => format!("{} left out", of(it, "thought is", "thoughts are")),
            Self::Images(it) => format!("{} left out", of(it, "image is", "images are")),
            Self::OfAgents(it) => format!("{} of sub-agents left out", messages(it)),
            Self::Summed(it) => {
                format!("{} left out, which the last summary covers", messages(it))
            }
            Self::Added(it) => {
                format!("{} left out that the agent's program added by itself", messages(it))
            }
            Self::Parts(it) => {
                format!("{} left out that only the agent itself knows", of(it, "part", "parts"))
            }
            Self::Origin => {
                "what was said before the fork is left out; the session it came from has it".into()
            }
        }
    }
}
