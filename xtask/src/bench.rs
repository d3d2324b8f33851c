//! `cargo xtask bench`: what the engine costs beside bare SQLite, and what the app and a
//! Convex deployment cost.

mod app;
mod convex;
mod life;
mod profile;
mod program;

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};

/// How many messages the app and a deployment are measured with.
const MANY: u64 = 100_000;

/// What to measure.
#[derive(clap::Args)]
// The group of the flattened ones has the name of their type, which is the same.
#[group(id = "bench")]
pub(crate) struct Options {
    #[command(flatten)]
    engine: xtask_bench::Options,
    /// Measure the app instead: its pages, its searches, what it uses while it is idle
    #[arg(long)]
    app: bool,
    /// Measure one life of the program instead, with very many messages: import, lists,
    /// searches, syncs, backup
    #[arg(long, conflicts_with_all = ["app", "runs", "only", "program"])]
    life: bool,
    /// Measure syncing through a Convex deployment on this machine instead
    #[arg(long, conflicts_with_all = ["json", "runs", "only", "program"])]
    convex: bool,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let engine = &options.engine;
    if options.convex {
        return convex::run(root, engine.one_size(MANY)?);
    }
    if options.life {
        return life::run(engine.one_size(MANY)?, engine.json);
    }
    if options.app {
        return app::run(engine.one_size(MANY)?, engine.json);
    }
    let mut bench = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    bench.current_dir(root).args(["run", "--locked", "--quiet", "--release"]);
    bench.args(["--package", "xtask-bench", "--"]).args(engine.arguments());
    ensure!(bench.status().context("cannot start cargo")?.success(), "the bench failed; see above");
    Ok(())
}
