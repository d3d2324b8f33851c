//! Text of rows and files is hostile: it may clear a screen, rename a window, or show
//! its letters in another order than they are in.

use std::{borrow::Cow, fmt::Write as _};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Whether a terminal or a reader could be misled by `it`: escapes, other controls,
/// changes of direction, letters that nobody sees.
fn is_unsafe(it: char) -> bool {
    (it.is_control() && it != '\n' && it != '\t')
        || matches!(it,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{206a}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` with what could mislead replaced by U+FFFD. Lines and tabs stay.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    // A Windows line end is no attack.
    text.replace("\r\n", "\n").replace(is_unsafe, "\u{fffd}").into()
}

/// `text` safe and in one line.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    safe(&words.join(" ")).into_owned()
}

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
    fn nothing_that_drives_a_terminal_gets_through() {
        let hostile = "a\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}txt\u{2066}\r\u{7f}\u{0}b\n\tc";
        let shown = safe(hostile);
        assert!(!shown.chars().any(is_unsafe), "{shown:?}");
        assert!(shown.ends_with("b\n\tc"));
        assert_eq!(safe("plain äöü 日本 \n"), "plain äöü 日本 \n");
        assert_eq!(one_line("a\n\n b\tc\u{1b}"), "a b c\u{fffd}");
    }

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
