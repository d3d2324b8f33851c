//! A project outside the repository is the example of one inside, which is built, run and held to
//! the suite here, and cargo finds all that it needs. Every night one is built where it is.

use std::{
    fs,
    process::{Command, Output},
};

use crate::common::root;

fn succeeds(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output
}

#[test]
fn a_new_project_is_the_example_and_finds_what_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("jotter");
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
    succeeds(xtask.arg("new-project").arg(&project).current_dir(folder.path()));

    for file in ["src/lib.rs", "src/main.rs", "tests/suite.rs"] {
        let ours = fs::read_to_string(root().join("examples/notes").join(file)).unwrap();
        let lines = ours.replace("notes", "jotter");
        let lines: Vec<&str> = lines.lines().filter(|it| !it.starts_with("#![allow")).collect();
        let written = fs::read_to_string(project.join(file)).unwrap();
        assert_eq!(written.lines().collect::<Vec<_>>(), lines, "{file}");
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.current_dir(&project).args(["metadata", "--offline", "--format-version", "1"]);
    let metadata: serde_json::Value = serde_json::from_slice(&succeeds(&mut cargo).stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    for name in ["jotter", "driftline", "driftline-convergence", "driftline-memory"] {
        assert!(packages.iter().any(|it| it["name"] == name), "{name}");
    }
}
