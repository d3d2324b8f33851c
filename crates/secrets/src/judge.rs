//! Tells what only has the form of a secret: examples of documentation, placeholders,
//! names of variables.

use crate::rule::Proof;

/// Parts of what stands for a secret in documentation and templates.
const STAND_INS: [&str; 17] = [
    "example",
    "placeholder",
    "your_",
    "your-",
    "yourkey",
    "yoursecret",
    "xxxx",
    "****",
    "....",
    "redacted",
    "dummy",
    "changeme",
    "change_me",
    "insert",
    "replace",
    "fake",
    "1234567890abcdef",
];

/// How much of a value is searched for stand-ins, in bytes: in a long key any of them can
/// stand by chance.
const HEAD: usize = 128;

/// Bits of information in a character from which on a text counts as random.
const RANDOM: f64 = 3.3;

/// Whether `value`, which has the form of a secret, is likely one.
pub(crate) fn is_likely(value: &str, proof: Proof) -> bool {
    let head = value.as_bytes().get(..HEAD).unwrap_or(value.as_bytes());
    let lower = String::from_utf8_lossy(head).to_ascii_lowercase();
    let stands_in = STAND_INS.iter().any(|it| lower.contains(it));
    !stands_in && !is_monotonous(value) && (proof == Proof::Form || is_random(value))
}

/// Whether it is made of very few characters, such as `aaaa`.
fn is_monotonous(value: &str) -> bool {
    let mut seen = [false; 256];
    value.bytes().for_each(|it| seen[usize::from(it)] = true);
    seen.iter().filter(|it| **it).count() < 5
}

/// Whether nobody would write it by hand: letters and digits in no order, neither words
/// with separators nor a number.
fn is_random(value: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| value.bytes().any(|it| kind(&it));
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    // A digit at the end of a name, such as `access_token2`, makes no secret of it.
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    mixed && digits >= 2 && entropy(value) >= RANDOM
}

/// Bits of information in a character of `value`, by Shannon.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    value.bytes().for_each(|it| counts[usize::from(it)] += 1);
    let all = value.len().max(1) as f64;
    let bits = counts.iter().filter(|it| **it > 0).map(|count| {
        let share = f64::from(*count) / all;
        -share * share.log2()
    });
    bits.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_and_names_are_no_secrets() {
        for text in
            ["AKIAIOSFODNN7EXAMPLE", "your_api_key_goes_here", "xxxxxxxxxxxxxxxx", "aaaa1111"]
        {
            assert!(!is_likely(text, Proof::Form), "{text}");
        }
        for text in
            ["process.env.API_TOKEN", "refresh_token_value", "access_token2", "1234567890123456"]
        {
            assert!(!is_likely(text, Proof::Random), "{text}");
        }
        assert!(is_likely("q7Zp2Lk9Vt4Xw8Rb", Proof::Random));
    }
}
