//! Workspaces: the folders that people work in.

mod repository;

use driftline_derive::SyncEntity;

pub use self::repository::{place, repository};

/// A folder that somebody works in, usually a checkout of a repository.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
pub struct Workspace {
    /// The folder as the first device called it. Devices that use the same path share
    /// the workspace.
    #[sync(key)]
    pub path: Option<String>,
    /// What people call it. Without it, the last part of the path is shown.
    pub name: Option<String>,
    /// Where the repository in it is fetched from.
    pub git_remote: Option<String>,
    /// Whether it is kept on top.
    pub pinned: bool,
    /// Whether it is out of the way.
    pub archived: bool,
    /// Where it is on this device, if not at its path.
    #[sync(local)]
    pub here: Option<String>,
}

#[cfg(test)]
mod tests {
    use driftline_core::{EntityDescriptor, Policy};

    use super::*;

    #[test]
    fn is_known_by_its_path() {
        let workspaces = EntityDescriptor::of::<Workspace>();
        assert_eq!(workspaces.name, "workspaces");
        assert_eq!(workspaces.natural_key, ["path"]);
        assert_eq!(workspaces.policy, Policy::Editable);
        let local = workspaces.fields.iter().filter(|it| it.local).map(|it| it.name);
        assert_eq!(local.collect::<Vec<_>>(), ["here"]);
    }
}
