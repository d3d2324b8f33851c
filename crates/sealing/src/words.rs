//! A key as words that a person can read aloud: 32 bytes and 4 of their hash, two bytes a word.
//! A word is consonant, vowel, consonant, vowel, consonant; there are 16 consonants and 4 vowels.

use driftline_core::{ExposeSecret as _, SecretString};
use sha2::{Digest, Sha256};

const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
const VOWELS: &[u8; 4] = b"aiou";
/// How many bits each letter of a word stands for.
const LETTERS: [u32; 5] = [4, 2, 4, 2, 4];

/// The words of a key.
pub(crate) fn words(key: &[u8; 32]) -> SecretString {
    let bytes: Vec<u8> = key.iter().copied().chain(check(key)).collect();
    let words: Vec<String> = bytes.chunks(2).map(word).collect();
    words.join(" ").into()
}

/// The key of these words, however they are spaced and written; none if one of them is wrong.
pub(crate) fn read(words: &SecretString) -> Option<[u8; 32]> {
    let text = words.expose_secret().to_lowercase();
    let parts = text.split(|it: char| !it.is_alphabetic()).filter(|it| !it.is_empty());
    let bytes: Vec<u8> = parts.map(pair).collect::<Option<Vec<[u8; 2]>>>()?.concat();
    let (key, sum) = bytes.split_at_checked(32)?;
    let key: [u8; 32] = key.try_into().ok()?;
    (sum == check(&key)).then_some(key)
}

/// The words, followed by the number of the last entry that is known.
pub fn numbered(words: &SecretString, number: u64) -> SecretString {
    format!("{} {number}", words.expose_secret()).into()
}

/// The number that follows the words; none if none does.
pub(crate) fn number(words: &SecretString) -> Option<u64> {
    let last = words.expose_secret().trim_end();
    let digits = last.rsplit(|it: char| !it.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn check(key: &[u8]) -> [u8; 4] {
    let hash = Sha256::new().chain_update(b"driftline-key-words").chain_update(key).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn word(bytes: &[u8]) -> String {
    let number = bytes.iter().fold(0_usize, |sum, it| sum << 8 | usize::from(*it));
    let mut left = 16;
    let letter = |bits: u32| {
        left -= bits;
        let place = number >> left & ((1 << bits) - 1);
        char::from(if bits == 4 { CONSONANTS[place] } else { VOWELS[place] })
    };
    LETTERS.into_iter().map(letter).collect()
}

fn pair(word: &str) -> Option<[u8; 2]> {
    let mut number = 0_u16;
    let letters = word.as_bytes();
    if letters.len() != LETTERS.len() {
        return None;
    }
    for (letter, bits) in letters.iter().zip(LETTERS) {
        let known: &[u8] = if bits == 4 { CONSONANTS } else { VOWELS };
        let place = known.iter().position(|it| it == letter)?;
        number = number << bits | u16::try_from(place).ok()?;
    }
    Some(number.to_be_bytes())
}
