//! Tests a year ahead and in other zones. libfaketime stands in for the machine's clock; the tests
//! hand it on to every program they start.
//!
//! Only the program itself reads the clock and the zone (`clippy.toml` forbids it
//! elsewhere), so `cargo xtask test` plays only tests that run it, in the first zone: the ones named
//! here, and the browser tests with `@days` in their name. Every night plays all tests of cargo and
//! those of the browser, in all zones.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{
    browser,
    cargo::cargo,
    debian,
    test::{Count, stream},
};

/// Where days begin first, where they begin at half past, and where servers are.
const ZONES: [&str; 3] = ["Pacific/Kiritimati", "America/St_Johns", "UTC"];

/// How far ahead, in libfaketime's words.
const AHEAD: &str = "+365d";

/// The files of the app's tests that are about times.
const FILES: [&str; 5] = ["inbox", "lists", "search", "talk", "trail"];

/// The library, and where it may be.
const NAME: &str = "libfaketime.so.1";
const FOLDERS: [&str; 2] = ["/usr/lib", "/usr/local/lib"];

/// The compiler hangs behind libfaketime, and these start it. They are about the sources.
const COMPILING: [&str; 3] = ["house::", "new_project::", "supply::"];

/// Builds the programs, and plays all tests.
pub(crate) fn run(root: &Path) -> Result<()> {
    browser::build(root)?;
    let mut count = Count::default();
    for zone in ZONES {
        let skip = COMPILING.map(|it| ["--skip".to_owned(), it.to_owned()]);
        play(root, zone, skip.as_flattened(), &mut count)?;
    }
    println!("\n{} passed, {} failed", count.passed, count.failed);
    ensure!(count.failed == 0, "tests failed; their names are above, under `failures:`");
    Ok(())
}

/// Plays those that are about times in the first zone, and adds to `count`.
pub(crate) fn test(root: &Path, count: &mut Count) -> Result<()> {
    play(root, ZONES[0], &FILES.map(|it| format!("{it}::")), count)
}

fn play(root: &Path, zone: &str, filter: &[String], count: &mut Count) -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("Other days and zones are played on Linux only: libfaketime is needed.");
        return Ok(());
    }
    let library = debian::find_or_install(library, &["libfaketime"], &advice())?;
    let clock = clock(zone, &library)?;
    println!("\nIn {zone}, {AHEAD}:");
    rust(root, &clock, filter, count)?;
    browser::named(root, "@days", &clock)
}

/// The variables that put libfaketime in front of a program.
fn clock<'a>(zone: &'a str, library: &'a Path) -> Result<[(&'static str, &'a str); 5]> {
    let library = library.to_str().context("the path of libfaketime is no text")?;
    Ok([
        ("TZ", zone),
        ("LD_PRELOAD", library),
        ("FAKETIME", AHEAD),
        // Pauses and limits are measured by the machine's own clock, and files keep theirs.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("NO_FAKE_STAT", "1"),
    ])
}

/// Tests of cargo. Cargo and the compiler go by the machine's clock. The whole workspace
/// is named, because cargo would compile one package alone with other features again.
fn rust(root: &Path, clock: &[(&str, &str)], filter: &[String], count: &mut Count) -> Result<()> {
    let set = clock.iter().map(|(name, value)| format!(", '{name}={value}'"));
    let runner = format!("target.'cfg(unix)'.runner = ['env'{}]", set.collect::<String>());
    let mut cargo = cargo(root);
    cargo.args(["test", "--locked", "--workspace", "--no-fail-fast", "--tests"]);
    cargo.args(["--config", &runner, "--"]).args(filter);
    let before = *count;
    let succeeded = stream(&mut cargo, &mut std::io::stdout(), count)?;
    ensure!(count.passed > before.passed, "no test ran; the reason is above");
    ensure!(succeeded || count.failed > before.failed, "the tests ended without a result");
    Ok(())
}

/// The library, if it is here.
fn library() -> Result<Option<PathBuf>> {
    for folder in FOLDERS {
        for below in [Path::new(folder).to_owned()].into_iter().chain(folders(folder)) {
            let found = [below.join("faketime").join(NAME), below.join(NAME)];
            if let Some(found) = found.into_iter().find(|it| it.is_file()) {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// The folders of one, one for each kind of machine.
fn folders(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|it| it.path()).filter(|it| it.is_dir()).collect()
}

fn advice() -> String {
    "Tests of other days and zones need libfaketime. On Debian or Ubuntu:\n  \
     sudo apt-get update && sudo apt-get install --no-install-recommends libfaketime"
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_is_played_elsewhere_exists() {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/app/tests/it");
        for name in FILES {
            assert!(tests.join(format!("{name}.rs")).is_file(), "{name}.rs is not there");
        }
    }
}
