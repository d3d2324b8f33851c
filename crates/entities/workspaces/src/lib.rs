//! The workspaces entity.
