//! A short form of digests that two people can compare by eye or over a phone.

use driftline_core::{Digests, Replica, Result, device};
use sha2::{Digest, Sha256};

/// Crockford's letters: none that is taken for another.
const LETTERS: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J',
    'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

/// The code of `digests`. An entity without rows counts like one that is not known, so
/// that a program with one entity more shows the same code until it uses it.
pub fn code(digests: &Digests) -> String {
    let mut hash = Sha256::new();
    for (entity, sum) in digests.iter().filter(|(_, sum)| **sum != 0) {
        hash.update(format!("{entity} {sum:016x}\n").as_bytes());
    }
    let mut bits = 0_u64;
    for byte in hash.finalize().iter().take(5) {
        bits = bits << 8 | u64::from(*byte);
    }
    let letter = |place: u32| {
        let letter = usize::try_from(bits >> (5 * place) & 31).unwrap_or(0);
        LETTERS[letter]
    };
    let half = |places: std::ops::Range<u32>| places.rev().map(letter).collect::<String>();
    format!("{}-{}", half(4..8), half(0..4))
}

/// The code of what both sides hold, from the sums that a sync keeps anyway: reading
/// every row again would cost as much as the first sync.
pub fn hub_code(replica: &Replica) -> Result<String> {
    let link = replica.read(|tx| device::link(tx))?;
    let known = link.digests.into_iter().filter(|(it, _)| replica.schema().get(it).is_some());
    Ok(code(&known.collect::<Digests>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_contents_apart_and_ignores_what_is_empty() {
        let one = Digests::from([("sessions".to_owned(), 7)]);
        let more = Digests::from([("sessions".to_owned(), 7), ("todos".to_owned(), 0)]);
        let other = Digests::from([("sessions".to_owned(), 8)]);
        assert_eq!(code(&one), code(&more));
        assert_ne!(code(&one), code(&other));
        let code = code(&one);
        assert_eq!((code.len(), code.as_bytes()[4]), (9, b'-'));
        assert!(code.chars().all(|it| it == '-' || LETTERS.contains(&it)));
    }
}
