//! The inbox: what waits for a person's attention.

use driftline_core::{Id, Timestamp};
use driftline_derive::SyncEntity;

/// Something that waits for a person's attention.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "inbox")]
pub struct InboxItem {
    /// What it asks for, such as `question`, `approval` or `done`.
    pub kind: Option<String>,
    /// What it is about, in a line.
    pub title: Option<String>,
    /// The whole of it.
    pub body: Option<String>,
    /// The session that it comes from.
    #[sync(refers = "sessions")]
    pub session: Option<Id>,
    /// What it is about, if a device noticed it: the same text on every device, of which
    /// the row's id is a function. Without it, somebody wrote it.
    pub about: Option<String>,
    /// When somebody read it. Without it, it is unread.
    pub read_at: Option<Timestamp>,
    /// When somebody put it away. Without it, it is still in the inbox.
    pub archived_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use driftline_core::{EntityDescriptor, Kind, Policy};

    use super::*;

    #[test]
    fn every_item_is_new_and_outlives_its_session() {
        let inbox = EntityDescriptor::of::<InboxItem>();
        assert_eq!(inbox.name, "inbox");
        assert!(inbox.natural_key.is_empty());
        assert_eq!(inbox.policy, Policy::Editable);
        assert_eq!(inbox.field("session").unwrap().kind, Kind::Ref("sessions"));
        assert_eq!(inbox.owner(), None);
    }
}
