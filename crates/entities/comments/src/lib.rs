//! Comments: what people remark on a session.

use driftline_core::{Id, Timestamp};
use driftline_derive::SyncEntity;

/// A remark on a session or on one of its messages.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
pub struct Comment {
    /// The session that it is about.
    #[sync(owner = "sessions")]
    pub session: Option<Id>,
    /// The message that it is about. Without it, it is about the whole session.
    #[sync(refers = "messages")]
    pub message: Option<Id>,
    /// What it says.
    pub body: Option<String>,
    /// Who says it.
    pub author: Option<String>,
    /// When it was settled. Without it, it is open.
    pub resolved_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use driftline_core::{EntityDescriptor, Kind, Policy};

    use super::*;

    #[test]
    fn is_owned_by_its_session_and_not_by_its_message() {
        let comments = EntityDescriptor::of::<Comment>();
        assert_eq!(comments.name, "comments");
        assert!(comments.natural_key.is_empty());
        assert_eq!(comments.policy, Policy::Editable);
        assert_eq!(comments.owner(), Some(("session", "sessions")));
        assert_eq!(comments.field("message").unwrap().kind, Kind::Ref("messages"));
    }
}
