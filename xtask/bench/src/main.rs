//! The program that `cargo xtask bench` builds optimised, as the one that ships, and starts.
//! It starts itself for each part, so that each has its own memory.

use clap::Parser;
use xtask_bench::{Options, Part};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the engine costs beside bare SQLite
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    part: Option<Part>,
}

fn main() -> anyhow::Result<()> {
    let Arguments { options, part } = Arguments::parse();
    match part {
        Some(part) => part.run(),
        None => xtask_bench::run(&options),
    }
}
