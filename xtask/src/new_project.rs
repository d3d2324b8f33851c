//! `cargo xtask new-project DIR`: a program outside this repository, with an entity of its
//! own that is held to the suite. It refers to this checkout by path and takes its lock file,
//! so that it builds with what was tried here, and without a network.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

/// Writes a project to `folder`, and says what to do with it.
pub(crate) fn run(root: &Path, folder: &Path) -> Result<()> {
    for path in write(root, folder)? {
        println!("created {}", path.display());
    }
    println!("\nNext, in {}:", folder.display());
    println!("1. Describe your rows in src/lib.rs.");
    println!("2. See that they keep every promise: cargo test");
    println!("3. Use them: cargo run -- \"Buy milk\"");
    Ok(())
}

fn write(root: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let folder = std::path::absolute(folder)?;
    let shown = folder.display();
    ensure!(!folder.exists(), "{shown} exists already; choose another folder");
    ensure!(!folder.starts_with(root), "{shown} is in this repository; choose a folder outside");
    let name = folder.file_name().and_then(|it| it.to_str()).unwrap_or_default();
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    ensure!(
        name.starts_with(|it: char| it.is_ascii_lowercase()) && name.chars().all(is_plain),
        "`{name}` cannot name a package; use lower-case letters, digits and `_`"
    );
    // As cargo writes it, also on Windows.
    let path = root.to_string_lossy().replace('\\', "/");
    let lock = fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let mut files = vec![
        ("Cargo.toml", MANIFEST.replace("NAME", name).replace("ROOT", &path)),
        ("Cargo.lock", lock),
    ];
    for it in FILES {
        files.push((it, file(root, it, name)?));
    }
    for folder in ["src", "tests"].map(|it| folder.join(it)) {
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let write = |(path, text): (&str, String)| {
        let path = folder.join(path);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    };
    files.into_iter().map(write).collect()
}

const MANIFEST: &str = r#"[package]
name = "NAME"
version = "0.1.0"
edition = "2024"

[dependencies]
driftline = { path = "ROOT/crates/driftline" }

[dev-dependencies]
driftline-convergence = { path = "ROOT/crates/convergence" }
driftline-memory = { path = "ROOT/crates/backends/memory" }

# The suite plays thousands of steps.
[profile.dev.package."*"]
opt-level = 3

[workspace]
"#;

/// Files of the example that a project begins with. There they are built and held to the suite.
const EXAMPLE: &str = "examples/notes";
const FILES: [&str; 3] = ["src/lib.rs", "src/main.rs", "tests/suite.rs"];

/// A file of the example, for a project of this `name`, without what only this workspace asks
/// for: leave to print.
fn file(root: &Path, file: &str, name: &str) -> Result<String> {
    let path = root.join(EXAMPLE).join(file);
    let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    let lines = text.lines().filter(|it| !it.starts_with("#![allow("));
    Ok(lines.map(|it| it.replace("notes", name) + "\n").collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exists_is_not_touched_and_nothing_is_written_here() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| format!("{:#}", write(root, path).unwrap_err());
        assert!(refused(folder.path()).contains("exists already"));
        assert!(refused(&root.join("mine")).contains("is in this repository"));
        assert!(refused(&folder.path().join("My App")).contains("cannot name a package"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
