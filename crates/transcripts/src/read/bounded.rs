//! Text that is unpacked, up to a bound: a small file can be made to unpack for hours.

use std::io::{self, Read};

/// A text may be so many times as long as its file, and always so long, in bytes. No agent
/// writes one that shrinks more.
const RATIO: u64 = 1_000;
const ALWAYS: u64 = 64 << 20;

/// How much may come out of a file of `length` bytes.
pub(super) fn most(length: u64) -> u64 {
    length.saturating_mul(RATIO).max(ALWAYS)
}

/// Reads as long as there is something `left`.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R> Bounded<R> {
    pub(super) fn of(inner: R, left: u64) -> Self {
        Self { inner, left }
    }

    /// How much may still come.
    pub(super) fn left(&self) -> u64 {
        self.left
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        let too_long = || io::Error::other("it unpacks to a thousand times its own length");
        self.left = self.left.checked_sub(read as u64).ok_or_else(too_long)?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_behind_the_bound_is_an_error() {
        let mut read = String::new();
        let mut bounded = Bounded::of(&b"abcd"[..], 4);
        assert_eq!((bounded.read_to_string(&mut read).ok(), bounded.left()), (Some(4), 0));
        let error = Bounded::of(&b"abcde"[..], 4).read_to_string(&mut read).unwrap_err();
        assert!(error.to_string().contains("a thousand times"));
        assert_eq!((most(10), most(1 << 20), most(u64::MAX)), (64 << 20, 1_000 << 20, u64::MAX));
    }
}
