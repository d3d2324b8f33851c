//! What a query consists of.

use std::ops::Range;

use crate::Scope;

/// The keys that are understood.
pub const KEYS: [&str; 11] = [
    "tool:",
    "role:",
    "workspace:",
    "model:",
    "agent:",
    "in:",
    "is:",
    "title:",
    "before:",
    "after:",
    "on:",
];
/// What `is:` is followed by.
pub const STATES: [&str; 6] = ["unread", "pinned", "archived", "open", "failed", "subagent"];
/// What `role:` is followed by.
pub const ROLES: [&str; 6] = ["user", "assistant", "tool", "summary", "meta", "system"];

/// What somebody searches for. Everything in it has to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// What was typed.
    pub(crate) typed: String,
    /// Words; one of each clause's has to be there, or none.
    pub(crate) clauses: Vec<Clause>,
    /// What the row or its session has to be.
    pub(crate) narrow: Vec<Narrow>,
    /// Where words are looked for.
    pub(crate) scopes: Vec<Scope>,
    /// Milliseconds since 1970: from, and up to but without.
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
}

/// Words of which one has to be there (or, with a minus, none).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clause {
    pub(crate) any: Vec<Term>,
    pub(crate) not: bool,
}

/// A word, or some that have to follow each other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub(crate) text: String,
    /// Whether the last word may go on.
    pub(crate) prefix: bool,
    /// Where it has to be, if not where all words are looked for.
    pub(crate) scope: Option<Scope>,
}

/// What a row or its session has to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Narrow {
    pub(crate) key: Key,
    pub(crate) value: String,
    pub(crate) not: bool,
    /// Where it was typed.
    pub(crate) place: Range<usize>,
}

/// What can be narrowed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// The tool that is called.
    Tool,
    /// Who says it.
    Role,
    /// The model that says it.
    Model,
    /// The workspace of the session.
    Workspace,
    /// The agent of the session.
    Agent,
    /// A state.
    Is,
}
