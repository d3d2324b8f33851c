//! The command line with todos in it.
use todos as _;

fn main() -> std::process::ExitCode {
    driftline_cli::run()
}
