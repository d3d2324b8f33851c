//! The elements of a JSON list that is far too long for the memory, one after the other.
//! Only brackets and quotes are looked at; whether an element is JSON is for others to tell.

use std::io::{self, BufRead};

/// A buffer that a long element made larger than this is given back.
const USUAL: usize = 1 << 20;

/// One element.
pub(super) struct Element<'a> {
    /// Its bytes; empty if it is too long.
    pub(super) bytes: &'a [u8],
    /// Its number; the first is 1.
    pub(super) number: u64,
    /// Whether it ends before the text does.
    pub(super) ended: bool,
    /// Whether it is longer than asked for.
    pub(super) too_long: bool,
}

/// The elements of the first list of some text.
pub(super) struct Elements<R> {
    input: R,
    max: usize,
    at: At,
    buffer: Vec<u8>,
    number: u64,
    too_long: bool,
}

/// Where in the text the next byte is.
#[derive(Clone, Copy)]
enum At {
    /// Before the list.
    Start,
    /// Between two elements.
    Between,
    /// In an element: how deep, and whether in a string or behind a backslash in one.
    Inside(usize, Quote),
    /// Behind the list.
    End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Open,
    Escaped,
}

/// What a byte does to the element that it is in.
enum Step {
    On(At),
    /// It is its last byte.
    Last,
    /// It is the first byte behind it.
    Behind,
}

impl<R: BufRead> Elements<R> {
    /// The elements of the first list in `input`, each at most `max` bytes.
    pub(super) fn of(input: R, max: usize) -> Self {
        Self { input, max, at: At::Start, buffer: Vec::new(), number: 0, too_long: false }
    }

    /// The next element.
    pub(super) fn next(&mut self) -> io::Result<Option<Element<'_>>> {
        self.buffer.clear();
        self.buffer.shrink_to(USUAL);
        self.too_long = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if chunk.is_empty() {
                let cut = matches!(self.at, At::Inside(..));
                self.at = At::End;
                return Ok(cut.then(|| self.element(false)));
            }
            let (mut ended, mut length, mut from) = (false, chunk.len(), 0);
            for (place, byte) in chunk.iter().enumerate() {
                match self.at {
                    At::End => return Ok(None),
                    At::Start if *byte == b'[' => self.at = At::Between,
                    At::Between => match byte {
                        b' ' | b'\t' | b'\r' | b'\n' | b',' => (),
                        b']' => self.at = At::End,
                        _ => {
                            from = place;
                            self.number += 1;
                            self.at = At::Inside(0, Quote::None);
                        }
                    },
                    At::Start | At::Inside(..) => (),
                }
                let At::Inside(depth, quote) = self.at else { continue };
                match step(*byte, depth, quote) {
                    Step::On(at) => self.at = at,
                    Step::Last => (ended, length) = (true, place + 1),
                    Step::Behind => (ended, length) = (true, place),
                }
                if ended {
                    break;
                }
            }
            if matches!(self.at, At::Inside(..)) {
                let bytes = chunk.get(from..length).unwrap_or_default();
                self.too_long |= self.buffer.len() + bytes.len() > self.max;
                if self.too_long {
                    self.buffer.clear();
                } else {
                    self.buffer.extend_from_slice(bytes);
                }
            }
            self.input.consume(length);
            if ended {
                self.at = At::Between;
                return Ok(Some(self.element(true)));
            }
        }
    }

    fn element(&self, ended: bool) -> Element<'_> {
        let Self { buffer, number, too_long, .. } = self;
        Element { bytes: buffer, number: *number, ended, too_long: *too_long }
    }
}

fn step(byte: u8, depth: usize, quote: Quote) -> Step {
    let on = |depth, quote| Step::On(At::Inside(depth, quote));
    match (quote, byte) {
        (Quote::Open, b'\\') => on(depth, Quote::Escaped),
        (Quote::Open, b'"') => on(depth, Quote::None),
        (Quote::Open | Quote::Escaped, _) | (Quote::None, b'"') => on(depth, Quote::Open),
        (Quote::None, b'{' | b'[') => on(depth + 1, Quote::None),
        (Quote::None, b']' | b',') if depth == 0 => Step::Behind,
        (Quote::None, b'}' | b']') if depth <= 1 => Step::Last,
        (Quote::None, b'}' | b']') => on(depth - 1, Quote::None),
        (Quote::None, _) => on(depth, Quote::None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn elements(text: &str, max: usize, chunk: usize) -> Vec<(String, bool, bool)> {
        let input = io::BufReader::with_capacity(chunk, text.as_bytes());
        let mut elements = Elements::of(input, max);
        let mut all = Vec::new();
        while let Some(it) = elements.next().unwrap() {
            assert_eq!(it.number, all.len() as u64 + 1);
            let text = String::from_utf8(it.bytes.to_vec()).unwrap();
            all.push((text, it.ended, it.too_long));
        }
        all
    }

    fn whole(text: &str) -> Vec<String> {
        elements(text, 1 << 10, 3).into_iter().map(|it| it.0).collect()
    }

    #[test]
    fn brackets_in_strings_are_none() {
        let text = "\u{feff} [ {\"a\":\"]}\\\"[\\\\\"} ,[1,[2]],3, \"]\",{}\n] trailing [7]";
        assert_eq!(whole(text), ["{\"a\":\"]}\\\"[\\\\\"}", "[1,[2]]", "3", "\"]\"", "{}"]);
        assert_eq!(whole("{\"conversations\": [{}, {\"a\":[]}]}"), ["{}", "{\"a\":[]}"]);
        for none in ["", "[]", "{}", "7", "[ , ]"] {
            assert_eq!(whole(none), [""; 0], "{none}");
        }
    }

    #[test]
    fn a_list_that_breaks_off_says_so() {
        let found = elements("[{\"a\":1},{\"b\":\"x", 64, 4);
        assert_eq!(found, [("{\"a\":1}".into(), true, false), ("{\"b\":\"x".into(), false, false)]);
    }

    #[test]
    fn a_long_element_is_passed_over() {
        let found = elements("[{\"a\":1},{\"aaaaaaaaaaaaaa\":[2]},{\"b\":3}]", 8, 4);
        let short: Vec<_> = found.iter().map(|it| (it.0.len(), it.2)).collect();
        assert_eq!(short, [(7, false), (0, true), (7, false)]);
    }

    proptest! {
        #[test]
        fn every_list_comes_apart_as_it_was_put_together(
            all in prop::collection::vec("[\\[\\]{}\",\\\\a é]{0,12}", 0..6), chunk in 1usize..9,
        ) {
            let values: Vec<Value> = all.iter().enumerate().map(|(at, it)| match at % 3 {
                0 => serde_json::json!({ it: [it] }),
                1 => Value::from(it.as_str()),
                _ => serde_json::json!([{}, it]),
            }).collect();
            let text = serde_json::to_string_pretty(&values).unwrap();
            let found = elements(&text, 1 << 10, chunk);
            let parsed: Vec<Value> =
                found.iter().map(|it| serde_json::from_str(&it.0).unwrap()).collect();
            prop_assert_eq!(parsed, values);
        }

        #[test]
        fn no_text_panics_or_never_ends(text in "[\\[\\]{}\",\\\\a1 ]{0,60}", chunk in 1usize..9) {
            elements(&text, 16, chunk);
        }
    }
}
