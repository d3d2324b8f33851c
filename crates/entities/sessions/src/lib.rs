//! Sessions: conversations with coding agents.

use driftline_core::{Id, Timestamp};
use driftline_derive::SyncEntity;

/// A conversation with a coding agent.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
pub struct Session {
    /// What people call it.
    #[sync(key)]
    pub name: Option<String>,
    /// The folder in which it was started.
    #[sync(key)]
    pub cwd: Option<String>,
    /// What the agent calls it.
    #[sync(key)]
    pub external_id: Option<String>,
    /// The workspace that it belongs to.
    #[sync(refers = "workspaces")]
    pub workspace: Option<Id>,
    /// The agent, such as `claude-code`.
    pub source: Option<String>,
    /// The model that it was started with.
    pub model: Option<String>,
    /// Where it stands, such as `running`, `waiting` or `done`.
    pub status: Option<String>,
    /// Whether it is kept on top.
    pub pinned: bool,
    /// Whether it is out of the way.
    pub archived: bool,
    /// The branch that was checked out when it was started.
    pub git_branch: Option<String>,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// What people noted about it for later.
    pub note: Option<String>,
    /// When somebody last read it: later messages are new to them on every device.
    pub read_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use driftline_core::{EntityDescriptor, Kind, Policy};

    use super::*;

    #[test]
    fn is_known_by_name_folder_and_external_id() {
        let sessions = EntityDescriptor::of::<Session>();
        assert_eq!(sessions.name, "sessions");
        assert_eq!(sessions.natural_key, ["name", "cwd", "external_id"]);
        assert_eq!(sessions.policy, Policy::Editable);
        assert_eq!(sessions.field("workspace").unwrap().kind, Kind::Ref("workspaces"));
        assert_eq!(sessions.owner(), None);
        assert_eq!(sessions.synced().count(), sessions.fields.len());
    }
}
