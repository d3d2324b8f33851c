//! Letters as searches compare them: without case and accents, as the index does it.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// `text` without case and accents.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(folded).collect()
}

/// A letter without case and accents: none if it is an accent itself.
pub(crate) fn folded(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().nfd().filter(|it| !is_combining_mark(*it))
}

/// Whether a letter is part of a word.
pub(crate) fn in_word(letter: char) -> bool {
    letter.is_alphanumeric() || is_combining_mark(letter)
}

/// Whether a letter is a word by itself: Chinese, Japanese and Korean write no spaces.
pub(crate) fn alone(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
        && letter.is_alphanumeric()
}

/// `text` with spaces around every letter that is a word by itself.
pub(crate) fn spread(text: &str) -> Cow<'_, str> {
    if !text.contains(alone) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() * 2);
    for letter in text.chars() {
        if alone(letter) {
            out.push(' ');
            out.push(letter);
            out.push(' ');
        } else {
            out.push(letter);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_make_no_difference() {
        assert_eq!(fold("Ünïté ÇA"), "unite ca");
        assert_eq!(fold("PLAIN-text_1"), "plain-text_1");
        assert_eq!(fold("e\u{301}"), "e");
    }

    #[test]
    fn letters_without_spaces_between_words_are_words() {
        assert_eq!(spread("ab 検索x"), "ab  検  索 x");
        assert!(matches!(spread("ab é"), Cow::Borrowed(_)));
    }
}
