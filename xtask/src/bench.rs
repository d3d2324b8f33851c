//! `cargo xtask bench`: what the engine costs beside bare SQLite, what remotes that people own
//! cost beside their bare limits, and what the app and a Convex deployment cost.

mod app;
mod convex;
mod life;
mod profile;
mod program;

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::postgres;

/// How many messages the app and a deployment are measured with.
const MANY: u64 = 100_000;
/// How many a remote is measured with.
const SOME: u64 = 10_000;

/// A remote that people own.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Remote {
    /// PostgreSQL
    Postgres,
    /// A bucket, sealed, in a folder
    Bucket,
}

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
    /// Measure a remote that people own instead, beside the least that the same rows can cost
    /// there, with messages of two kilobytes
    #[arg(long, value_name = "REMOTE", conflicts_with_all = ["app", "convex", "life", "program"])]
    remote: Option<Remote>,
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
    if let Some(remote) = options.remote {
        return of_remote(root, engine, remote);
    }
    optimised(root, "xtask-bench", engine.arguments())
}

fn of_remote(root: &Path, engine: &xtask_bench::Options, remote: Remote) -> Result<()> {
    let name = match remote {
        Remote::Postgres => {
            postgres::ready()?;
            "postgres"
        }
        Remote::Bucket => "bucket",
    };
    let rows = engine.one_size(SOME)?;
    let one = xtask_bench::Options { rows: vec![rows], ..engine.clone() };
    let arguments = [name.to_owned()].into_iter().chain(one.arguments()).collect();
    optimised(root, "xtask-bench-remote", arguments)
}

/// Runs a bench as a program of its own, which is optimised.
fn optimised(root: &Path, package: &str, arguments: Vec<String>) -> Result<()> {
    let mut bench = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    bench.current_dir(root).args(["run", "--locked", "--quiet", "--release"]);
    bench.args(["--package", package, "--"]).args(arguments);
    ensure!(bench.status().context("cannot start cargo")?.success(), "the bench failed; see above");
    Ok(())
}
