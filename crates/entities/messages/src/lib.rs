//! Messages: what people, agents and tools said in a session. They are a record, so
//! nobody edits them. Order is parent links, then time, then number, then id, never a position:
//! where a message stands in a file differs from device to device.

pub mod block;
mod usage;

use driftline_core::{Id, Timestamp, Value};
use driftline_derive::SyncEntity;

pub use self::{
    block::{Block, Verb},
    usage::Usage,
};

/// What a person, an agent or a tool said in a session.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(append_only)]
pub struct Message {
    /// The session in which it was said.
    #[sync(owner = "sessions", listed_by = "created_at")]
    pub session: Option<Id>,
    /// What the agent calls it.
    #[sync(indexed)]
    pub external_id: Option<String>,
    /// Who said it, such as `user`, `assistant` or `tool`.
    pub role: Option<String>,
    /// What was said, as plain text, if it is one text.
    pub text: Option<String>,
    /// What else was said, as [`Block`]s: thoughts, tool calls and their results. A block of
    /// text without one stands for `text`.
    pub blocks: Option<Value>,
    /// The model that said it.
    pub model: Option<String>,
    /// What the agent calls the message that it follows.
    pub parent: Option<String>,
    /// When it was said.
    pub created_at: Option<Timestamp>,
    /// Its number in the session, where the agent numbers what it writes.
    pub ordinal: Option<i64>,
    /// The sub-agent that it belongs to. Without it, it is part of the main conversation.
    pub agent: Option<String>,
    /// How many tokens it took, as [`Usage`] keeps them.
    pub usage: Option<Value>,
    /// Whether a person said it to the agent, where the agent tells.
    pub prompt: Option<bool>,
    /// Its place in the transcript that this device read.
    #[sync(local)]
    pub position: Option<i64>,
    /// The record that this device read, to the letter.
    #[sync(local)]
    pub raw: Option<String>,
}

#[cfg(test)]
mod tests {
    use driftline_core::{EntityDescriptor, Policy};

    use super::*;

    #[test]
    fn is_append_only_and_owned_by_its_session() {
        let messages = EntityDescriptor::of::<Message>();
        assert_eq!(messages.name, "messages");
        assert_eq!(messages.policy, Policy::AppendOnly);
        assert_eq!(messages.owner(), Some(("session", "sessions")));
        assert!(messages.natural_key.is_empty());
        let local = messages.fields.iter().filter(|it| it.local).map(|it| it.name);
        assert_eq!(local.collect::<Vec<_>>(), ["position", "raw"]);
    }
}
