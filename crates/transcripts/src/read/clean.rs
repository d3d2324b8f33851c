//! What stands on one line, before it is parsed. A line can hold several records
//! (two writers, or a writer that died half-way), text that no JSON parser takes, and
//! nesting deep enough to overflow a stack. All of it is settled here, over plain
//! bytes, in one pass without recursion.

use std::{borrow::Cow, ops::Range};

/// How deep a record may nest. What is deeper becomes a string of its own text.
const MAX_DEPTH: usize = 64;

/// How many values a record may hold, and how many bytes, to be taken apart: a value can
/// take 600 bytes of memory where its text takes three.
const MAX_VALUES: usize = 50_000;
const MAX_PARSED: usize = 8 << 20;

/// How often one line is searched for the start of another record: a bound, so that
/// no line costs more than a fixed number of passes.
const MAX_RETRIES: u32 = 16;

/// A stretch of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// From an opening brace to the one that closes it.
    Object {
        /// Where it is in the line.
        range: Range<usize>,
        /// Whether it must be [cleaned](clean) before it is parsed.
        dirty: bool,
        /// Whether it holds more than is taken apart, and must be [cut](super::cut) before
        /// it is parsed.
        heavy: bool,
    },
    /// Not a record.
    Junk(&'static str),
}

/// The pieces of one line, from left to right.
pub(crate) struct Pieces<'a> {
    bytes: &'a [u8],
    at: usize,
    starts: &'a [&'a str],
    retries: u32,
}

impl<'a> Pieces<'a> {
    /// The pieces of a line. `starts` are texts that begin a record and never stand
    /// elsewhere: by them a record is found behind a torn one.
    pub(crate) fn of(bytes: &'a [u8], starts: &'a [&'a str]) -> Self {
        Self { bytes, at: 0, starts, retries: 0 }
    }

    /// Says that the object at `range` is not JSON. What follows is looked for from
    /// inside it, because its quotes and braces mean nothing.
    pub(crate) fn broken(&mut self, range: &Range<usize>) {
        if let Some(start) = self.start_within(range.start + 1..range.end) {
            self.at = start;
        }
    }

    fn start_within(&mut self, range: Range<usize>) -> Option<usize> {
        self.retries += 1;
        if self.retries > MAX_RETRIES {
            return None;
        }
        let bytes = self.bytes.get(range.clone())?;
        let begins =
            |at: &usize| self.starts.iter().any(|it| bytes[*at..].starts_with(it.as_bytes()));
        (0..bytes.len()).filter(|at| bytes[*at] == b'{').find(begins).map(|at| range.start + at)
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().take_while(|it| it.is_ascii_whitespace()).count();
        let start = self.at;
        let end = self.bytes.len();
        match self.bytes.get(start)? {
            b'{' => {
                let value = scan(self.bytes, start);
                self.at = value.end;
                if value.closed {
                    let range = start..value.end;
                    let heavy = value.values > MAX_VALUES || range.len() > MAX_PARSED;
                    return Some(Piece::Object { range, dirty: value.dirty, heavy });
                }
                self.at = self.start_within(start + 1..end).unwrap_or(end);
                Some(Piece::Junk("the record is cut off"))
            }
            b'[' => {
                let value = scan(self.bytes, start);
                self.at = if value.closed { value.end } else { end };
                Some(Piece::Junk("a list, not a record: records are JSON objects"))
            }
            _ => {
                let brace = self.bytes[start..].iter().position(|it| *it == b'{');
                self.at = brace.map_or(end, |it| start + it);
                Some(Piece::Junk("not a record: records are JSON objects"))
            }
        }
    }
}

pub(crate) struct Scan {
    pub(crate) end: usize,
    closed: bool,
    dirty: bool,
    /// How many values are in it, or a few more.
    pub(crate) values: usize,
}

/// Finds the end of the object or list that opens at `start`.
pub(crate) fn scan(bytes: &[u8], start: usize) -> Scan {
    let mut depth = 0_usize;
    let mut dirty = false;
    let mut values = 0;
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => {
                let (end, odd) = string_end(bytes, at);
                dirty |= odd;
                at = end;
            }
            b'{' | b'[' => {
                depth += 1;
                values += 1;
                dirty |= depth > MAX_DEPTH;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Scan { end: at, closed: true, dirty, values };
                }
            }
            b',' => values += 1,
            _ => (),
        }
    }
    Scan { end: bytes.len(), closed: false, dirty, values }
}

/// Where the string that began before `from` ends, and whether it holds an escape of
/// a surrogate or a raw control character.
pub(crate) fn string_end(bytes: &[u8], from: usize) -> (usize, bool) {
    let mut odd = false;
    let mut at = from;
    loop {
        while bytes.get(at..).and_then(<[u8]>::first_chunk).is_some_and(|it| is_plain(*it)) {
            at += 8;
        }
        let Some(byte) = bytes.get(at) else { break };
        at += 1;
        match byte {
            b'"' => return (at, odd),
            b'\\' => {
                odd |= matches!(bytes.get(at..at + 2), Some([b'u', b'd' | b'D']));
                at += 1;
            }
            0..0x20 => odd = true,
            _ => (),
        }
    }
    (bytes.len(), odd)
}

/// Whether none of eight bytes of a string means anything: no quote, no backslash, no
/// control character. Nearly all of a transcript is such bytes.
fn is_plain(bytes: [u8; 8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let word = u64::from_ne_bytes(bytes);
    // The high bit of a byte is set where it is below `limit`, at least in the lowest
    // such byte, and that is enough to tell whether there is one.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGH;
    let quote = below(word ^ (ONES * u64::from(b'"')), 1);
    let escape = below(word ^ (ONES * u64::from(b'\\')), 1);
    (quote | escape | below(word, 0x20)) == 0
}

/// The text of a dirty object as a JSON parser takes it: lone surrogates become
/// U+FFFD, raw control characters their escapes, and what nests deeper than
/// [`MAX_DEPTH`] a string of its own text.
pub(crate) fn clean(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len() + 16);
    let mut kept = 0;
    let mut at = 0;
    let mut depth = 0_usize;
    let mut quoted = false;
    while let Some(byte) = bytes.get(at) {
        let replaced: Option<(usize, Cow<'_, str>)> = match (quoted, byte) {
            (true, b'\\') => match surrogate(bytes, at) {
                Escape::Lone => Some((6, "\\ufffd".into())),
                Escape::Pair => {
                    at += 12;
                    continue;
                }
                Escape::Other => {
                    at += 2;
                    continue;
                }
            },
            (true, 0..0x20) => Some((1, format!("\\u{byte:04x}").into())),
            (_, b'"') => {
                quoted = !quoted;
                None
            }
            (false, b'{' | b'[') if depth == MAX_DEPTH => {
                let end = scan(bytes, at).end;
                let inner = serde_json::Value::from(&text[at..end]).to_string();
                Some((end - at, inner.into()))
            }
            (false, b'{' | b'[') => {
                depth += 1;
                None
            }
            (false, b'}' | b']') => {
                depth = depth.saturating_sub(1);
                None
            }
            _ => None,
        };
        match replaced {
            Some((length, new)) => {
                out.push_str(&text[kept..at]);
                out.push_str(&new);
                at += length;
                kept = at;
            }
            None => at += 1,
        }
    }
    out.push_str(&text[kept..]);
    out
}

enum Escape {
    Lone,
    Pair,
    Other,
}

/// What the backslash at `at` begins, as far as surrogates go.
fn surrogate(bytes: &[u8], at: usize) -> Escape {
    match unit(bytes, at) {
        Some(0xd800..0xdc00) => match unit(bytes, at + 6) {
            Some(0xdc00..0xe000) => Escape::Pair,
            _ => Escape::Lone,
        },
        Some(0xdc00..0xe000) => Escape::Lone,
        _ => Escape::Other,
    }
}

/// The code unit of the `\uXXXX` at `at`.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |sum, digit| {
        let value = char::from(*digit).to_digit(16)?;
        Some(sum << 4 | u16::try_from(value).ok()?)
    })
}

#[cfg(test)]
mod tests;
