//! Other people's code gets in as what somebody looked at: by its commit or checksum, with
//! no script of its own, and with the compiler that the manifest promises.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::{fs, process::Command};

use crate::common::{cargo_metadata, root};

/// A text of the repository.
fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The names and texts of all workflows.
fn workflows() -> Vec<(String, String)> {
    let folder = root().join(".github/workflows");
    let names = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name());
    let names = names.map(|it| format!(".github/workflows/{}", it.to_str().unwrap()));
    names.map(|it| (it.clone(), read(&it))).collect()
}

/// The oldest Rust that the manifest promises.
fn oldest_rust() -> String {
    let manifest = read("Cargo.toml");
    let line = manifest.lines().find_map(|it| it.strip_prefix("rust-version = "));
    line.unwrap().trim_matches('"').to_owned()
}

/// Every line that these files may not have, with where it is.
fn refused(files: &[(String, String)], is_wrong: impl Fn(&str) -> bool) -> Vec<String> {
    let lines = files.iter().flat_map(|(name, text)| text.lines().map(move |it| (name, it)));
    lines.filter(|(_, it)| is_wrong(it)).map(|(name, it)| format!("{name}: {it}")).collect()
}

/// A commit cannot be moved to other code, as a tag can.
fn is_pinned(action: &str) -> bool {
    action.split_once('@').is_some_and(|(_, at)| {
        let (commit, version) = at.split_once(" # v").unwrap_or_default();
        let is_hex = commit.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
        commit.len() == 40 && is_hex && !version.is_empty()
    })
}

#[test]
fn actions_are_pinned_by_commit() {
    let wrong = refused(&workflows(), |it| {
        it.split_once("uses: ").is_some_and(|(_, action)| !is_pinned(action))
    });
    assert_eq!(wrong, [""; 0], "name the commit, and its version behind ` # `");
    assert!(!is_pinned("actions/checkout@v4"));
    assert!(!is_pinned("actions/checkout@v4 # v4.0.0"));
}

#[test]
fn no_workflow_keeps_a_token_where_a_build_could_read_it() {
    for (name, text) in workflows() {
        let count = |part: &str| text.matches(part).count();
        assert!(count("uses: actions/checkout@") > 0, "{name} checks nothing out");
        assert_eq!(
            count("uses: actions/checkout@"),
            count("persist-credentials: false"),
            "{name}: the token of a checkout stays in .git/config unless told not to"
        );
        assert!(
            text.contains("\npermissions:\n  contents: read\n"),
            "{name} may do more than read"
        );
    }
}

#[test]
fn no_package_of_npm_runs_a_script_when_it_is_installed() {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    let names = names.split('\0').filter(|it| !it.is_empty() && !it.ends_with("supply.rs"));
    // Pictures are no texts, and what was just deleted cannot be read.
    let texts =
        names.filter_map(|it| Some((it.to_owned(), fs::read_to_string(root().join(it)).ok()?)));
    let texts: Vec<_> = texts.collect();
    assert!(texts.len() > 100, "git lists too little: {}", texts.len());
    let wrong = refused(&texts, |line| {
        let installs = ["npm ci", "npm install", "\"ci\", \""].iter().any(|it| line.contains(it));
        installs && !line.contains("--ignore-scripts")
    });
    assert_eq!(wrong, [""; 0], "install with `--ignore-scripts`");
}

#[test]
fn what_is_built_is_what_the_lock_file_says() {
    let mut files = workflows();
    files.push((".ci/run".into(), read(".ci/run")));
    let wrong = refused(&files, |line| {
        let line = line.trim();
        let is_text = line.starts_with('#') || line.contains("printf");
        let needs_no_lock = ["cargo fmt", "cargo deny --version", "cargo metadata --offline"];
        let needs_no_lock = needs_no_lock.iter().any(|it| line.contains(it));
        let runs = line.split([' ', '"']).any(|it| it == "cargo");
        runs && !is_text && !needs_no_lock && !line.contains("--locked")
    });
    assert_eq!(wrong, [""; 0], "say `--locked`");
}

#[test]
fn the_oldest_rust_that_is_promised_is_tried() {
    let oldest = oldest_rust();
    let job = read(".github/workflows/ci.yml");
    for line in [
        format!("rustup toolchain install {oldest} --profile minimal"),
        format!("cargo +{oldest} check --workspace --all-targets --locked"),
    ] {
        assert!(job.contains(&line), "no job of ci.yml runs `{line}`");
    }
    assert!(read("README.md").contains(&format!("{oldest} or newer")), "README says another one");
}

#[test]
fn no_crate_needs_a_newer_rust_than_is_promised() {
    let number = |it: &str| it.split('.').map(|it| it.parse().unwrap()).collect::<Vec<u32>>();
    let oldest = number(&oldest_rust());
    let metadata = cargo_metadata(&root());
    let mut looked_at = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let Some(needs) = package["rust_version"].as_str() else { continue };
        looked_at += 1;
        let (needs, name) = (number(needs), package["name"].as_str().unwrap());
        assert!(needs[..2] <= oldest[..2], "{name} needs Rust {needs:?}, {oldest:?} is promised");
    }
    assert!(looked_at > 50, "cargo tells too little: {looked_at}");
}

#[test]
fn the_nightly_look_is_by_the_same_program_as_every_other_one() {
    let script = read(".ci/run");
    let version = script.lines().find_map(|it| it.strip_prefix("DENY=")).unwrap();
    let nightly = read(".github/workflows/nightly.yml");
    let install = format!("cargo install cargo-deny --locked --version {version}");
    assert!(nightly.contains(&install), "nightly.yml does not run `{install}`");
    assert!(nightly.contains("cargo deny --locked check advisories"));
    assert!(read("deny.toml").contains("\n[advisories]\n"));
}
