//! Cargo, started by a program that cargo started.

use std::{path::Path, process::Command};

/// Cargo in the folder `root`. What the outer cargo says of this package is taken from it: a
/// build script that asks for the name of its package would run again for the inner one, and
/// everything that needs it would be compiled again, each time in turn.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.current_dir(root);
    let of_this = |it: &str| it.starts_with("CARGO_PKG_") || it.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(of_this) {
            cargo.env_remove(&name);
        }
    }
    cargo
}
