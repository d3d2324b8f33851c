//! The command line, with everything that this repository has linked in.
fn main() -> std::process::ExitCode {
    driftline_cli::run()
}
