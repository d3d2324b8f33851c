//! What of a row a text is.

/// What of a row a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// What a person asked an agent.
    Prompt,
    /// What an agent answered.
    Reply,
    /// What a tool was called with.
    Tool,
    /// What a tool answered.
    Output,
    /// What an agent thought.
    Thinking,
    /// What something is called.
    Title,
    /// What somebody remarked.
    Comment,
    /// What an agent's program noted, and where and with what a session ran.
    Context,
    /// Any other text.
    Other,
}

impl Scope {
    /// Every scope, in the order of the columns of the index.
    pub(crate) const ALL: [Self; 9] = [
        Self::Prompt,
        Self::Reply,
        Self::Tool,
        Self::Output,
        Self::Thinking,
        Self::Title,
        Self::Comment,
        Self::Context,
        Self::Other,
    ];

    /// Those that are searched if nothing else is said: what people and agents wrote.
    pub(crate) const USUAL: [Self; 5] =
        [Self::Prompt, Self::Reply, Self::Title, Self::Comment, Self::Other];

    /// Its name in a search.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Reply => "reply",
            Self::Tool => "tool",
            Self::Output => "output",
            Self::Thinking => "thinking",
            Self::Title => "title",
            Self::Comment => "comment",
            Self::Context => "context",
            Self::Other => "other",
        }
    }

    /// The scope called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}
