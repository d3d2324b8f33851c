//! A project outside the repository is written, builds, runs and passes the suite.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::common::root;

/// The profile of this repository, so that what is built here already serves the project; what
/// is not is built as fast as can be. The project's own profile is for running it often.
fn profile(folder: &Path) -> String {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let begin = manifest.find("[profile.dev]").unwrap();
    let ours = &manifest[begin..manifest.find("[profile.release]").unwrap()];
    let (mut profile, mut is_ours) = (String::new(), false);
    for line in ours.lines() {
        if line.starts_with('[') {
            is_ours = line.starts_with("[profile.dev.package.driftline-");
        }
        let optimised = is_ours && line.starts_with("opt-level");
        profile.push_str(if optimised { "opt-level = 0" } else { line });
        profile.push('\n');
    }
    profile.push_str("[profile.dev.package.\"*\"]\nopt-level = 0\n");
    let file = folder.join("profile.toml");
    fs::write(&file, profile).unwrap();
    file.to_str().unwrap().to_owned()
}

fn succeeds(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output
}

#[test]
fn a_new_project_builds_runs_and_keeps_every_promise() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("jotter");
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
    succeeds(xtask.arg("new-project").arg(&project).current_dir(folder.path()));

    let (profile, root) = (profile(folder.path()), root());
    let cargo = |words: &[&str]| {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.current_dir(&project).env("CARGO_TARGET_DIR", root.join("target"));
        cargo.arg("--config").arg(root.join(".cargo/config.toml"));
        cargo.args(["--config", &profile, "--offline", "--quiet"]).args(words);
        succeeds(&mut cargo)
    };
    cargo(&["test"]);
    cargo(&["run", "--", "Buy milk"]);
    assert_eq!(cargo(&["run"]).stdout, b"Buy milk\n");
}
