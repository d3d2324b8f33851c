//! Texts are read again when the rules say that they are others.

use std::hash::Hasher as _;

/// What the rules of a version add up to.
const RULES: (u8, u64) = (1, 11911165819315043224);

/// FNV-1a: it must not change with a library.
struct Sum(u64);

impl std::hash::Hasher for Sum {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[test]
fn other_rules_are_another_version() {
    let mut sum = Sum(0xcbf2_9ce4_8422_2325);
    driftline_secrets::rules().for_each(|it| sum.write(format!("{it:?}\n").as_bytes()));
    assert_eq!(
        (driftline_secrets::VERSION, sum.finish()),
        RULES,
        "raise VERSION where a rule is new or other, and note both here"
    );
}
