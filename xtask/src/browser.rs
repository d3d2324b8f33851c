//! `cargo xtask browser`: what a person sees and does, in this machine's own Chromium with
//! the real program. The tests are in `browser/`.

mod chromium;

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use anyhow::{Context, Result, ensure};

use crate::{cargo::cargo, npm::Package};

/// What to do with the browser.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Take the pictures of the README again instead of testing
    #[arg(long)]
    update_screenshots: bool,
    /// Further arguments of Playwright, such as `-g` and a part of a test's name
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    build(root)?;
    let script = if options.update_screenshots { "screenshots" } else { "test" };
    start(root, script, &options.arguments, &[])
}

/// Builds the programs that the tests run: those of the whole workspace, because cargo
/// would compile some packages alone with other features than `cargo xtask test` does.
pub(crate) fn build(root: &Path) -> Result<()> {
    let mut build = cargo(root);
    build.args(["build", "--locked", "--workspace", "--bins"]);
    let status = build.status().context("cannot start cargo")?;
    ensure!(status.success(), "the program cannot be built; the reason is above");
    Ok(())
}

/// Runs all tests with the programs that are built already.
pub(crate) fn test(root: &Path) -> Result<()> {
    start(root, "test", &[], &[])
}

/// Runs the tests with this in their name, by a clock that these variables put in place.
pub(crate) fn named(root: &Path, part: &str, clock: &[(&str, &str)]) -> Result<()> {
    start(root, "test", &["--grep".into(), part.into()], clock)
}

fn start(root: &Path, script: &str, arguments: &[OsString], clock: &[(&str, &str)]) -> Result<()> {
    let chromium = chromium::ready()?;
    let this = std::env::current_exe().context("cannot tell where this program is")?;
    let programs = this.parent().context("this program is in no folder")?;
    // The deployment that the tests sign in at.
    Package::deployment(root)?;
    let browser = Package::ready(root, "browser")?;
    if clock.is_empty() {
        browser.check()?;
    }
    let arguments = arguments.iter().map(OsString::as_os_str).collect::<Vec<&OsStr>>();
    let variables = [("CHROMIUM", chromium.as_path()), ("DRIFTLINE_PROGRAMS", programs)];
    let clock = clock.iter().map(|(name, value)| (*name, Path::new(value)));
    browser.script(script, arguments, variables.into_iter().chain(clock))
}
