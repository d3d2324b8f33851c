//! The program is killed while it does anything, and goes on; `cargo xtask kills` plays more.

use std::path::Path;

use driftline_crash_tests::{Remote, kills};

#[test]
fn whatever_is_killed_goes_on_and_keeps_what_it_acknowledged() {
    let program = Path::new(env!("CARGO_BIN_EXE_driftline"));
    for (remote, count) in [(Remote::Sqlite, 16), (Remote::Bucket, 6)] {
        let options = kills::Options { count, seed: 1, remote };
        let played = kills::run(program, options, |_| ()).unwrap_or_else(|it| panic!("{it:#}"));
        assert!(played.count() >= count);
    }
}
