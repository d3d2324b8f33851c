//! What somebody typed, cut at spaces: words, phrases, and keys with a value.

use std::ops::Range;

use super::{grammar::MOST, terms::KEYS};
use crate::letters::{in_word, spread};

/// A part of what was typed.
pub(super) struct Part<'a> {
    pub(super) not: bool,
    pub(super) key: Option<&'a str>,
    pub(super) value: &'a str,
    pub(super) quoted: bool,
    pub(super) star: bool,
    pub(super) place: Range<usize>,
}

/// How many words a part stands for: those of a phrase, and every letter that is a word by
/// itself; a key counts as one.
pub(super) fn weight(part: &Part<'_>) -> usize {
    let text = spread(part.value);
    let words = text.split(|it| !in_word(it)).filter(|it| !it.is_empty()).take(MOST + 1).count();
    if part.key.is_some() { words.max(1) } else { words }
}

/// The parts between spaces; quotes hold spaces.
pub(super) fn parts(typed: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(start) = typed[at..].find(|it: char| !it.is_whitespace()).map(|it| at + it) {
        let not = typed[start..].starts_with('-');
        let head = start + usize::from(not);
        let (key, from) = match key(&typed[head..]) {
            Some(name) => (Some(name), head + name.len() + 1),
            None => (None, head),
        };
        let (value, quoted, mut end) = match typed[from..].strip_prefix('"') {
            Some(rest) => match rest.find('"') {
                Some(close) => (&rest[..close], true, from + close + 2),
                None => (rest, true, typed.len()),
            },
            None => {
                let length = typed[from..].find(char::is_whitespace);
                let end = length.map_or(typed.len(), |it| from + it);
                (&typed[from..end], false, end)
            }
        };
        let (value, star) = match value.strip_suffix('*') {
            Some(rest) if !quoted => (rest, true),
            _ if quoted && typed[end..].starts_with('*') => {
                end += 1;
                (value, true)
            }
            _ => (value, false),
        };
        parts.push(Part { not, key, value, quoted, star, place: start..end });
        at = end;
    }
    parts
}

/// The key that a part begins with: letters and a colon. What goes on as a path or an
/// address does (`std::fmt`, `http://`), or ends there, is a word.
fn key(text: &str) -> Option<&str> {
    let end = text.find(|it: char| !it.is_ascii_lowercase())?;
    let (name, rest) = (&text[..end], text[end..].strip_prefix(':')?);
    let letters = !name.is_empty();
    let word = rest.starts_with([':', '/', '\\']);
    let known = KEYS.iter().any(|it| it.strip_suffix(':') == Some(name)) || name == "ws";
    let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
    (letters && !word && (known || !ends)).then_some(name)
}
