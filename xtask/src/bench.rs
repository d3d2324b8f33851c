//! `cargo xtask bench`: what the engine costs beside bare SQLite, and what the app and a
//! Convex deployment cost.

mod app;
mod convex;

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    engine: xtask_bench::Options,
    /// Measure the app instead: its pages, its searches, what it uses while it is idle
    #[arg(long)]
    app: bool,
    /// Measure syncing through a Convex deployment on this machine instead
    #[arg(long, conflicts_with_all = ["json", "runs"])]
    convex: bool,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let xtask_bench::Options { rows, runs, json } = options.engine;
    if options.convex {
        return convex::run(root, rows);
    }
    if options.app {
        return app::run(rows, json);
    }
    let mut bench = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    bench.current_dir(root).args(["run", "--locked", "--quiet", "--release"]);
    bench.args(["--package", "xtask-bench", "--"]);
    bench.args([format!("--rows={rows}"), format!("--runs={runs}")]);
    if json {
        bench.arg("--json");
    }
    ensure!(bench.status().context("cannot start cargo")?.success(), "the bench failed; see above");
    Ok(())
}
