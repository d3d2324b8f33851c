//! The outline of a record that holds too much to be taken apart: who wrote it, when and
//! where, without what it says. One pass over its bytes, and no memory but for the outline.

use std::borrow::Cow;

use driftline_messages::block;
use serde_json::json;

use super::clean::{clean, scan, string_end};
use crate::{Object, Record};

/// How deep the outline goes: the record, its message, a list, what is in it.
const DEPTH: usize = 4;

/// The most of anything that it takes from one object or list.
const MEMBERS: usize = 1_000;

/// A longer text is left empty, in bytes.
const TEXT: usize = 4_096;

/// How long it may get before it takes only what the record itself says.
const LONGEST: usize = 256 << 10;

/// Parses a record; of one that is too `heavy` to be taken apart, its outline.
pub(super) fn parse(raw: &str, dirty: bool, heavy: bool) -> serde_json::Result<Object> {
    let raw = if heavy { Cow::from(outline(raw)) } else { raw.into() };
    if dirty { serde_json::from_str(&clean(&raw)) } else { serde_json::from_str(&raw) }
}

/// Leaves of a record that was not taken apart what it says of itself. Its text stays here.
pub(super) fn set_aside(record: &mut Record, bytes: usize) {
    let Some(kept) = &mut record.kept else { return };
    kept.blocks = vec![block::notice("too_long", json!({ "bytes": bytes }))];
    kept.beside.clear();
}

/// The outline of the object `text`, as JSON. What is no JSON gives none either.
fn outline(text: &str) -> String {
    let mut cut = Cut { text, at: 0, out: String::new() };
    cut.members(1);
    cut.out
}

struct Cut<'a> {
    text: &'a str,
    at: usize,
    out: String,
}

impl Cut<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over bytes that mean nothing here.
    fn pass(&mut self, more: u8) {
        while self.byte().is_some_and(|it| it.is_ascii_whitespace() || it == more) {
            self.at += 1;
        }
    }

    /// Takes the object or list that begins here.
    fn members(&mut self, depth: usize) {
        let open = self.byte();
        let is_object = open == Some(b'{');
        self.at += 1;
        self.out.push(if is_object { '{' } else { '[' });
        let mut taken = 0;
        loop {
            self.pass(b',');
            match self.byte() {
                None => return,
                Some(b'}' | b']') => {
                    self.at += 1;
                    self.out.push(if is_object { '}' } else { ']' });
                    return;
                }
                Some(_) => (),
            }
            let name = self.at;
            if is_object {
                self.skip();
                self.pass(b':');
            }
            let named = &self.text[name..self.at];
            let wanted =
                taken < MEMBERS && named.len() <= TEXT && (depth == 1 || self.out.len() < LONGEST);
            if !wanted {
                self.skip();
                continue;
            }
            if taken > 0 {
                self.out.push(',');
            }
            self.out.push_str(named);
            taken += 1;
            self.value(depth);
        }
    }

    /// Takes the value that begins here, as far as the outline has it.
    fn value(&mut self, depth: usize) {
        let start = self.at;
        match self.byte() {
            Some(b'{' | b'[') if depth < DEPTH => return self.members(depth + 1),
            _ => self.skip(),
        }
        let value = &self.text[start..self.at];
        match value.as_bytes().first() {
            Some(b'{' | b'[') | None => self.out.push_str("null"),
            Some(b'"') if value.len() > TEXT => self.out.push_str("\"\""),
            Some(_) => self.out.push_str(value),
        }
    }

    /// Passes over a value.
    fn skip(&mut self) {
        let bytes = self.text.as_bytes();
        self.at = match self.byte() {
            Some(b'"') => string_end(bytes, self.at + 1).0,
            Some(b'{' | b'[') => scan(bytes, self.at).end,
            _ => {
                let ends = |it: &u8| it.is_ascii_whitespace() || b",:{}[]\"".contains(it);
                let length = bytes[self.at..].iter().position(ends);
                length.map_or(bytes.len(), |it| self.at + it.max(1))
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn cut(text: &str) -> Value {
        serde_json::from_str(&outline(text)).unwrap()
    }

    #[test]
    fn what_a_record_says_of_itself_stays() {
        let many = json!((0..5_000).collect::<Vec<_>>());
        let record = json!({
            "type": "user", "uuid": "u\u{e9}\"]", "n": -1.5e3, "none": null, "yes": true, "empty": {},
            "message": {"role": "user", "content": [
                {"type": "tool_result", "content": "x".repeat(10_000), "deep": {"a": [1]}},
            ]},
            "toolUseResult": many,
        });
        let mut expected = record.clone();
        expected["toolUseResult"] = json!((0..1_000).collect::<Vec<_>>());
        expected["message"]["content"][0]["content"] = json!("");
        expected["message"]["content"][0]["deep"] = Value::Null;
        for text in [record.to_string(), serde_json::to_string_pretty(&record).unwrap()] {
            assert_eq!(cut(&text), expected);
        }
    }

    #[test]
    fn it_is_short_and_keeps_what_comes_last() {
        let wide: String =
            (0..2_000).map(|it| format!("\"{it}\":[{}],", "{\"a\":{}},".repeat(900))).collect();
        let text = format!("{{\"message\":{{{wide}\"z\":1}},\"uuid\":\"u\"}}");
        assert!(text.len() > 10_000_000);
        let short = outline(&text);
        assert!(short.len() < 2 * LONGEST, "{}", short.len());
        assert_eq!(cut(&text)["uuid"], "u");
    }

    proptest! {
        #[test]
        fn no_text_panics_or_never_ends(text in "\\{[\\{\\}\\[\\]\",:\\\\a1 é]{0,60}") {
            outline(&text);
        }
    }
}
