//! A file as lines, in bounded memory. Only byte 0x0A ends a line: other line breaks
//! of Unicode stand unescaped inside JSON strings.

use std::io::{self, BufRead, Read};

use crate::checkpoint::Prefix;

/// The longest line that is read, 64 MiB. A longer one is passed over.
pub(crate) const MAX_LINE: usize = 64 << 20;

/// A buffer that a long line made larger than this is given back.
const USUAL: usize = 1 << 20;

/// How large a buffer is at first. Most files have no longer line, and are many.
const FIRST: usize = 1 << 16;

/// One line.
pub(crate) struct Line<'a> {
    /// Its bytes, with the line feed; empty if it is too long.
    pub(crate) bytes: &'a [u8],
    /// Where it begins in the file.
    pub(crate) start: u64,
    /// Its number; the first is 1.
    pub(crate) number: u64,
    /// Whether a line feed ends it.
    pub(crate) ended: bool,
    /// Whether it is longer than [`MAX_LINE`].
    pub(crate) too_long: bool,
}

/// The lines of some input.
pub(crate) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    end: u64,
    number: u64,
    max: usize,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `input`, each at most `max` bytes.
    pub(crate) fn of(input: R, max: usize) -> Self {
        Self { input, buffer: Vec::new(), end: 0, number: 0, max }
    }

    /// The number of the last line that was read.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The next line. What is passed over is taken into `prefix` here; the bytes of a
    /// line are left to the caller.
    pub(crate) fn next(&mut self, prefix: &mut Prefix) -> io::Result<Option<Line<'_>>> {
        self.release();
        let start = self.end;
        let read = self.fill()?;
        if read == 0 {
            return Ok(None);
        }
        self.end += read as u64;
        self.number += 1;
        let mut ended = self.buffer.ends_with(b"\n");
        let too_long = read > self.max && !ended;
        if too_long {
            prefix.take(&self.buffer);
            self.buffer.clear();
            ended = self.pass_over(prefix)?;
        }
        Ok(Some(Line { bytes: &self.buffer, start, number: self.number, ended, too_long }))
    }

    /// Gives the memory of the last line back, if it was a long one.
    pub(crate) fn release(&mut self) {
        self.buffer.clear();
        self.buffer.shrink_to(USUAL);
    }

    /// Reads up to a line feed, or one byte more than a line may have. A buffer that
    /// doubles by itself would take twice what the longest line does.
    fn fill(&mut self) -> io::Result<usize> {
        let limit = self.max + 1;
        loop {
            let length = self.buffer.len();
            let room = (limit - length).min(length.max(FIRST));
            self.buffer.reserve_exact(room);
            let mut some = self.input.by_ref().take(room as u64);
            let read = some.read_until(b'\n', &mut self.buffer)?;
            if read < room || self.buffer.ends_with(b"\n") || self.buffer.len() == limit {
                return Ok(self.buffer.len());
            }
        }
    }

    fn pass_over(&mut self, prefix: &mut Prefix) -> io::Result<bool> {
        loop {
            let chunk = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            let feed = chunk.iter().position(|it| *it == b'\n');
            let length = feed.map_or(chunk.len(), |it| it + 1);
            prefix.take(&chunk[..length]);
            self.input.consume(length);
            self.end += length as u64;
            if feed.is_some() || length == 0 {
                return Ok(feed.is_some());
            }
        }
    }
}

impl Line<'_> {
    /// Where it ends in the file; meaningless if it is too long.
    pub(crate) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// Moves `prefix` on to `offset`, which is inside of this line.
    pub(crate) fn take_to(&self, offset: u64, prefix: &mut Prefix) {
        let inside = |at: u64| usize::try_from(at.saturating_sub(self.start)).unwrap_or(usize::MAX);
        if let Some(bytes) = self.bytes.get(inside(prefix.offset())..inside(offset)) {
            prefix.take(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, max: usize) -> Vec<(String, u64, bool, bool)> {
        let mut prefix = Prefix::default();
        let mut lines = Lines::of(io::BufReader::with_capacity(3, text.as_bytes()), max);
        let mut all = Vec::new();
        while let Some(line) = lines.next(&mut prefix).unwrap() {
            let text = String::from_utf8(line.bytes.to_vec()).unwrap();
            prefix.take(line.bytes);
            all.push((text, line.start, line.ended, line.too_long));
        }
        assert_eq!(prefix.offset(), text.len() as u64, "every byte is taken in once");
        all
    }

    #[test]
    fn only_a_line_feed_ends_a_line() {
        let found = lines("a\u{2028}\r\n\n b", 64);
        assert_eq!(
            found,
            [
                ("a\u{2028}\r\n".into(), 0, true, false),
                ("\n".into(), 6, true, false),
                (" b".into(), 7, false, false),
            ]
        );
    }

    #[test]
    fn a_long_line_is_passed_over() {
        let found = lines("abcd\nabcde\nab\nabcdefghijklm", 5);
        let starts: Vec<_> = found.iter().map(|it| (it.1, it.2, it.3)).collect();
        assert_eq!(
            starts,
            [(0, true, false), (5, true, false), (11, true, false), (14, false, true)]
        );
        let found = lines("abcdefg\nx\n", 5);
        assert_eq!(found[1], ("x\n".into(), 8, true, false));
        assert!(found[0].3 && found[0].2);
    }
}
