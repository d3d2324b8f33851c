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
    let files = [
        ("Cargo.toml", MANIFEST.replace("NAME", name).replace("ROOT", &path)),
        ("Cargo.lock", lock),
        ("src/lib.rs", LIBRARY.into()),
        ("src/main.rs", PROGRAM.replace("NAME", name)),
        ("tests/suite.rs", SUITE.replace("NAME", name)),
    ];
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

const LIBRARY: &str = r#"//! What this program keeps.

use driftline::SyncEntity;

/// Something to remember.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
pub struct Note {
    /// What it says.
    pub text: String,
    /// Whether it stays on top.
    pub pinned: bool,
}
"#;

const PROGRAM: &str = r#"//! Adds a note, and prints the newest.

use NAME::Note;
use driftline::Db;

fn main() -> driftline::Result<()> {
    let db = Db::open("NAME.db")?;
    if let Some(text) = std::env::args().nth(1) {
        db.insert(Note { text, ..Note::default() })?;
    }
    for note in db.query::<Note>().newest_first().limit(20).all()? {
        println!("{}", note.text);
    }
    Ok(())
}
"#;

const SUITE: &str = r#"//! The entities of this program keep every promise of the engine, whatever happens on
//! several devices that sync.

use NAME as _;
use driftline_convergence::{Suite, run};
use driftline_memory as _;

#[test]
fn every_promise_is_kept() {
    let suite = Suite::registered("memory", "memory").unwrap();
    let outcome = run(&suite, 200, 100, 1, &|_| ());
    let failure = outcome.failure.map(|it| it.shrink(&suite).to_string());
    assert_eq!(failure, None);
}
"#;

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
