//! What every file of the repository keeps to.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file that does not fit into a head does not fit into a review.
const LINES: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The files below our folders that `wanted` accepts by name.
fn files(wanted: fn(&str) -> bool) -> Vec<PathBuf> {
    let mut open: Vec<_> = ["crates", "xtask", "examples"].map(|it| root().join(it)).into();
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_str().unwrap().to_owned();
            if entry.file_type().unwrap().is_dir() {
                if name != "target" && name != "node_modules" {
                    open.push(entry.path());
                }
            } else if wanted(&name) {
                files.push(entry.path());
            }
        }
    }
    assert!(files.len() > 10, "the folders moved");
    files
}

/// Nobody plays them before the night.
#[test]
fn mistakes_that_people_wrote_down_fit_the_sources() {
    for patch in files(|name| name.ends_with(".patch")) {
        let mut git = std::process::Command::new("git");
        git.args(["apply", "--check"]).arg(&patch).current_dir(root());
        let done = git.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{}: write it anew: {said}", patch.display());
    }
}

/// An admin key of a deployment is in it, with which everything can be read and written.
#[test]
fn what_holds_an_admin_key_is_ignored_by_git() {
    for name in ["convex/.env.local", ".env.local"] {
        let mut git = std::process::Command::new("git");
        let ignored = git.args(["check-ignore", "-q", name]).current_dir(root()).status();
        assert!(ignored.unwrap().success(), "{name} would be committed");
    }
}

#[test]
fn files_are_short() {
    let mut long = Vec::new();
    for path in files(|it| it.ends_with(".rs")) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        if lines >= LINES {
            long.push(format!("{lines} lines: {}", path.display()));
        }
    }
    assert!(long.is_empty(), "split these, {LINES} lines are too many:\n{}", long.join("\n"));
}

#[test]
fn crates_inherit_what_the_workspace_says() {
    const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "repository"];
    for path in files(|it| it == "Cargo.toml") {
        let text = fs::read_to_string(&path).unwrap();
        let shown = path.display();
        assert!(text.contains("\n[lints]\nworkspace = true\n"), "{shown} has lints of its own");
        for key in INHERITED {
            let line = format!("\n{key}.workspace = true\n");
            assert!(text.contains(&line), "{shown} does not inherit `{key}`");
        }
        for line in text.lines().skip_while(|it| !it.contains("dependencies]")) {
            let names_a_version = line.contains("version =") || line.contains("= \"");
            let is_path = line.contains("= { path = \"../");
            assert!(
                !names_a_version || is_path || line.starts_with("targets ="),
                "{shown}: `{line}` belongs in the table of the root"
            );
        }
    }
}

#[test]
fn crates_that_people_depend_on_say_what_a_registry_shows() {
    let mut published = 0;
    for path in files(|it| it == "Cargo.toml") {
        let text = fs::read_to_string(&path).unwrap();
        if text.contains("\npublish = false\n") {
            continue;
        }
        published += 1;
        for key in ["description", "readme", "keywords", "categories", "[package.metadata.docs.rs]"]
        {
            assert!(text.contains(&format!("\n{key}")), "{}: no `{key}`", path.display());
        }
        let readme = path.with_file_name("README.md");
        let own = text.contains("\nreadme = \"README.md\"\n");
        assert_eq!(readme.exists(), own, "{}", readme.display());
    }
    assert!(published > 10, "{published}");
}
