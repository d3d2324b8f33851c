//! Long values in parts that are named by their content: the same part is stored and
//! sent once, and a part that is not what its name says cannot get in.

use sha2::{Digest, Sha256};

/// The longest chunk, in bytes.
pub(crate) const LARGEST: usize = 524_288;

/// A part of a long value's text.
pub(crate) struct Chunk {
    pub(crate) hash: String,
    pub(crate) text: String,
}

/// Cuts a text before the character that would make a chunk too long.
pub(crate) fn split(mut text: &str) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    while !text.is_empty() {
        let mut end = text.len().min(LARGEST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let (head, rest) = text.split_at(end);
        chunks.push(Chunk { hash: hash(head), text: head.to_owned() });
        text = rest;
    }
    chunks
}

/// The name of a chunk: its SHA-256 in hexadecimal.
pub(crate) fn hash(text: &str) -> String {
    let digit = |it: u8| char::from(b"0123456789abcdef"[usize::from(it & 15)]);
    Sha256::digest(text.as_bytes()).iter().flat_map(|it| [digit(it >> 4), digit(*it)]).collect()
}

/// Whether a text can be the name of a chunk.
pub(crate) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_cut_between_characters() {
        for text in ["é".repeat(LARGEST), format!("x{}", "é".repeat(LARGEST)), "😀".repeat(200_000)]
        {
            let chunks = split(&text);
            assert_eq!(chunks.iter().map(|it| it.text.as_str()).collect::<String>(), text);
            let (last, full) = chunks.split_last().unwrap();
            assert!(full.iter().all(|it| it.text.len() <= LARGEST && it.text.len() > LARGEST - 4));
            assert!(!last.text.is_empty());
        }
    }

    #[test]
    fn a_name_is_the_hash_of_the_text() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(is_hash(&hash("")));
        assert!(!is_hash(&hash("abc").to_uppercase()) && !is_hash("é") && !is_hash(""));
    }
}
