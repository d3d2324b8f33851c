//! Text as a terminal can show it. What is safe to show is said once, for pages and
//! commands alike, in `driftline_text`.

use std::{borrow::Cow, fmt::Write as _};

use driftline_text::is_unsafe;
pub(crate) use driftline_text::{one_line, safe};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// JSON with the same characters written as escapes: they occur only inside strings.
pub(crate) fn escaped(json: &str) -> Cow<'_, str> {
    if !json.contains(is_unsafe) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for it in json.chars() {
        if is_unsafe(it) {
            let mut units = [0; 2];
            for unit in it.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(it);
        }
    }
    out.into()
}

/// `text` in at most `width` columns, cut in the middle: titles often begin alike, and
/// the end tells them apart.
pub(crate) fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let room = width.saturating_sub(1);
    let head = fitting(text.chars(), room.div_ceil(2));
    let tail: String = fitting(text.chars().rev(), room / 2).chars().rev().collect();
    format!("{head}…{tail}").into()
}

fn fitting(letters: impl Iterator<Item = char>, room: usize) -> String {
    let mut used = 0;
    letters
        .take_while(|it| {
            used += it.width().unwrap_or(0);
            used <= room
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_every_character() {
        let hostile = "\u{1b}[2J\u{9b}\u{202e}\u{e0041}\n";
        let json = serde_json::to_string(hostile).unwrap();
        let escaped = escaped(&json);
        assert!(escaped.is_ascii(), "{escaped}");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), hostile);
    }

    #[test]
    fn titles_are_cut_in_the_middle() {
        assert_eq!(cut("abcdefghij", 5), "ab…ij");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("日本語日本語", 6), "日…語");
        assert_eq!(cut("abc", 0), "…");
    }
}
