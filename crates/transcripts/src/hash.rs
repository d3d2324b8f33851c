//! The one hash of this crate: SHA-256, cut to the bits that are needed.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Bytes that are gathered before a hash takes them in.
const GATHERED: usize = 4_096;

/// A hash being computed; text can be written into it.
#[derive(Clone, Default)]
pub(crate) struct Hash(Sha256);

impl Hash {
    /// Takes in more bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Takes in one of several texts, so that `ab`,`c` differs from `a`,`bc`.
    pub(crate) fn part(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
    }

    /// The same hash, for many short pieces: it takes them in together, which is faster.
    pub(crate) fn of_pieces(self) -> Pieces {
        Pieces(BufWriter::with_capacity(GATHERED, self))
    }

    /// The first 128 bits of the hash of all that was taken in.
    pub(crate) fn wide(self) -> u128 {
        let mut head = [0; 16];
        head.copy_from_slice(&self.0.finalize()[..16]);
        u128::from_be_bytes(head)
    }

    /// The first 64 bits of the hash of all that was taken in.
    pub(crate) fn short(self) -> u64 {
        (self.wide() >> 64) as u64
    }
}

/// A hash of many short pieces. Nothing can go wrong while it is written.
pub(crate) struct Pieces(BufWriter<Hash>);

impl Pieces {
    /// As [`Hash::part`].
    pub(crate) fn part(&mut self, text: &str) {
        let _ = self.0.write_all(&(text.len() as u64).to_be_bytes());
        let _ = self.0.write_all(text.as_bytes());
    }

    /// Takes in a value as JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) {
        let _ = serde_json::to_writer(&mut self.0, value);
    }

    /// As [`Hash::short`].
    pub(crate) fn short(self) -> u64 {
        self.0.into_inner().map(Hash::short).unwrap_or_default()
    }
}

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// 64 bits that stand for some texts.
pub(crate) fn hash64(parts: &[&str]) -> u64 {
    let mut hash = Hash::default();
    parts.iter().for_each(|it| hash.part(it));
    hash.short()
}

/// 128 bits that stand for a name: enough that no two names of a file share them.
pub(crate) fn key(name: &str) -> u128 {
    let mut hash = Hash::default();
    hash.bytes(name.as_bytes());
    hash.wide()
}
