//! The program that `cargo xtask bench` builds optimised, as the one that ships, and starts.

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the engine costs beside bare SQLite
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    options: xtask_bench::Options,
}

fn main() -> anyhow::Result<()> {
    xtask_bench::run(&Arguments::parse().options)
}
