//! The real command line.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Builds it as it ships, and says where it is.
///
/// # Errors
/// When it does not build.
pub fn build() -> Result<PathBuf> {
    eprintln!("building the program, which takes minutes");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--locked", "--package", "driftline-cli"]);
    cargo.args(["--bin", "driftline", "--quiet", "--message-format=json-render-diagnostics"]);
    let output = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.context("cannot start cargo")?;
    ensure!(output.status.success(), "the program does not build; see above");
    let told = String::from_utf8_lossy(&output.stdout);
    let artifacts = told.lines().filter_map(|it| serde_json::from_str::<Value>(it).ok());
    let mut built = artifacts.filter_map(|it| Some(PathBuf::from(it.get("executable")?.as_str()?)));
    built.next_back().context("cargo does not say where the program is")
}
