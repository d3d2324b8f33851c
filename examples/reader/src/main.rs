//! The command line with Pebble's reader in it.
use reader as _;

fn main() -> std::process::ExitCode {
    driftline_cli::run()
}
