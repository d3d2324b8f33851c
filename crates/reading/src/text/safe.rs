//! Text of rows and files is hostile: it may clear a screen, rename a window, or show
//! its letters in another order than they are in.

use std::borrow::Cow;

/// Whether a terminal, a page or a reader could be misled by `it`: escapes, other
/// controls, changes of direction, letters that nobody sees.
pub fn is_unsafe(it: char) -> bool {
    (it.is_control() && it != '\n' && it != '\t')
        || matches!(it,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{206a}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` with what could mislead replaced by U+FFFD. Lines and tabs stay.
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    // A Windows line end is no attack.
    text.replace("\r\n", "\n").replace(is_unsafe, "\u{fffd}").into()
}

/// `text` safe and in one line.
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    safe(&words.join(" ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_misleads_gets_through() {
        let hostile = "a\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}txt\u{2066}\r\u{7f}\u{0}b\n\tc";
        let shown = safe(hostile);
        assert!(!shown.chars().any(is_unsafe), "{shown:?}");
        assert!(shown.ends_with("b\n\tc"));
        assert_eq!(safe("plain äöü 日本 \n"), "plain äöü 日本 \n");
        assert_eq!(safe("a\r\nb"), "a\nb");
        assert_eq!(one_line("a\n\n b\tc\u{1b}"), "a b c\u{fffd}");
    }
}
