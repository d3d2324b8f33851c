//! A system call of the program fails; `cargo xtask faults` lets each of them fail.

use std::path::Path;

use driftline_crash_tests::faults;

#[test]
fn whatever_call_fails_the_program_says_so_and_nothing_is_half_there() {
    let program = Path::new(env!("CARGO_BIN_EXE_driftline"));
    let options = faults::Options { most: 1, seed: 1 };
    let wanted = ["export".to_owned()];
    let played = faults::run(program, &wanted, options, |_, _| ());
    let played = played.unwrap_or_else(|it| panic!("{it:#}"));
    assert_eq!(played.broken, Vec::<String>::new());
    assert!(played.count() > 25, "{played:?}");
}
