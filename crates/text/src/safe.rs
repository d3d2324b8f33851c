//! Text of rows and files is hostile: it may clear a screen, rename a window, show its
//! letters in another order than they are in, or hold letters that nobody sees and an
//! agent reads. All of these are shown as U+FFFD.
//!
//! Some letters that nobody sees belong to how people write, and stay where they do:
//!
//! - the joiners U+200C and U+200D between letters of a script that joins (Arabic, Syriac,
//!   N'Ko, Mongolian, those of India and around it), and U+200D between two pictures, which
//!   makes one of them;
//! - U+200B between letters of a script that is written without spaces (Thai, Lao, Khmer,
//!   Myanmar);
//! - the selectors U+FE0E and U+FE0F behind a picture, and in a key (`1`, U+FE0F, U+20E3);
//!   U+FE00 to U+FE02 and U+E0100 to U+E01EF behind an ideograph; U+180B to U+180D behind a
//!   letter of Mongolian.
//!
//! One stays, never a row of them: rows are how texts are hidden.

use std::borrow::Cow;

/// What stands in the place of what could mislead.
pub const MARK: char = '\u{fffd}';

/// Whether a terminal, a page or a reader could be misled by `it`, wherever it stands:
/// escapes, other controls, changes of direction, letters that nobody sees. [`safe`] knows
/// where such a letter belongs to how people write.
pub fn is_unsafe(it: char) -> bool {
    match it {
        '\n' | '\t' | ' '..='~' => false,
        _ => {
            it.is_control()
                || is_invisible(it)
                || matches!(it, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}')
        }
    }
}

/// Letters that are not drawn: what Unicode calls "default ignorable".
fn is_invisible(it: char) -> bool {
    matches!(it,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether anything in `text` could mislead.
pub fn is_misleading(text: &str) -> bool {
    text.contains(is_unsafe) && Letters::of(text).any(|(_, misleads)| misleads)
}

/// `text` with what could mislead replaced by [`MARK`]. Lines and tabs stay.
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    // A Windows line end is no attack.
    let text = text.replace("\r\n", "\n");
    Letters::of(&text).map(|(it, misleads)| if misleads { MARK } else { it }).collect()
}

/// `text` safe and in one line.
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    safe(&words.join(" ")).into_owned()
}

/// The letters of a text, each with whether it misleads where it stands.
struct Letters<'a> {
    rest: std::str::Chars<'a>,
    /// The last letter that was no selector, no tone of skin and no mark.
    base: Option<char>,
    last: Option<char>,
}

impl<'a> Letters<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text.chars(), base: None, last: None }
    }

    /// Whether `it` belongs where it stands.
    fn belongs(&self, it: char) -> bool {
        // A picture in a form of its own may be joined to another.
        let joined = it == '\u{200d}' && self.last == Some('\u{fe0f}');
        if self.last.is_none_or(is_invisible) && !joined {
            return false;
        }
        let (Some(base), next) = (self.base, self.rest.clone().next()) else { return false };
        let beside = |test: fn(char) -> bool| test(base) && next.is_some_and(test);
        match it {
            // A joiner at the end of a word shows its last letter as if one followed.
            '\u{200c}' | '\u{200d}' if joins(base) => next.is_none_or(|it| !is_invisible(it)),
            '\u{200d}' => beside(is_picture),
            '\u{200b}' => beside(has_no_spaces),
            '\u{fe0e}' | '\u{fe0f}' if matches!(base, '0'..='9' | '#' | '*') => {
                next == Some('\u{20e3}')
            }
            '\u{fe0e}' | '\u{fe0f}' => is_picture(base),
            '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => is_ideograph(base),
            '\u{180b}'..='\u{180d}' => matches!(base, '\u{1820}'..='\u{18aa}'),
            _ => false,
        }
    }
}

impl Iterator for Letters<'_> {
    type Item = (char, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let it = self.rest.next()?;
        let misleads = is_unsafe(it) && !self.belongs(it);
        // What was hidden in another way is hidden behind nothing.
        let shown = if misleads { MARK } else { it };
        let tone = ('\u{1f3fb}'..='\u{1f3ff}').contains(&it) && self.base.is_some_and(is_picture);
        if !is_invisible(shown) && !tone {
            self.base = Some(shown);
        }
        self.last = Some(shown);
        Some((it, misleads))
    }
}

/// Letters whose shape depends on what is beside them.
fn joins(it: char) -> bool {
    matches!(it,
        '\u{620}'..='\u{6ff}' | '\u{700}'..='\u{7ff}' | '\u{860}'..='\u{8ff}'
        | '\u{900}'..='\u{dff}' | '\u{f40}'..='\u{fbc}' | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17dd}' | '\u{1820}'..='\u{18aa}' | '\u{a840}'..='\u{a877}'
        | '\u{a8e0}'..='\u{a8ff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// Letters of scripts that are written without spaces between words.
fn has_no_spaces(it: char) -> bool {
    matches!(it, '\u{e01}'..='\u{edf}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17dd}')
}

fn is_ideograph(it: char) -> bool {
    matches!(it, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Pictures, and signs that are drawn as such.
fn is_picture(it: char) -> bool {
    matches!(it,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{24c2}' | '\u{25a0}'..='\u{27bf}'
        | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}'
        | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1fbff}')
}

/// The first words of `text` in one line, safe, at most `length` letters.
pub fn shortened(text: &str, length: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        // Four bytes are the longest letter: more words cannot be shown.
        if line.len() > 4 * length {
            break;
        }
    }
    match line.char_indices().nth(length) {
        Some((end, _)) => safe(&format!("{}…", line[..end].trim_end())).into_owned(),
        None => safe(&line).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    #[test]
    fn letters_that_nobody_sees_are_shown() {
        let alone = [
            '\u{ad}',
            '\u{34f}',
            '\u{115f}',
            '\u{180e}',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{2060}',
            '\u{2061}',
            '\u{2064}',
            '\u{206a}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{fe00}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e007f}',
            '\u{e0100}',
            '\u{e01ef}',
        ];
        for it in alone {
            assert_eq!(safe(&format!("a{it}b")), "a\u{fffd}b", "{it:?}");
            assert_eq!(safe(&it.to_string()), "\u{fffd}", "{it:?}");
        }
        // Bytes hidden behind a picture, and words behind a letter.
        let hidden = safe("😀\u{fe0f}\u{fe00}\u{e0110}\u{e0120}x");
        assert_eq!(hidden, "😀\u{fe0f}\u{fffd}\u{fffd}\u{fffd}x");
        assert_eq!(safe("ی\u{200c}\u{200d}\u{200c}خ"), "ی\u{fffd}\u{fffd}\u{fffd}خ");
        assert_eq!(safe("👩\u{200d}x 1\u{fe0f}2"), "👩\u{fffd}x 1\u{fffd}2");
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in [
            "👩\u{200d}💻 👨\u{1f3fd}\u{200d}🚀 👩\u{200d}❤\u{fe0f}\u{200d}👨 🏳\u{fe0f}\u{200d}🌈",
            "☺\u{fe0e} ❤\u{fe0f} 1\u{fe0f}\u{20e3} #\u{fe0f}\u{20e3} 🇩🇪",
            "می\u{200c}خواهم ه\u{200d} کتاب\u{200c}ها",
            "क्\u{200d}ष क्\u{200c}ष ශ්\u{200d}රී",
            "ភាសា\u{200b}ខ្មែរ ไทย\u{200b}ไทย",
            "葛\u{e0100} 﨎\u{fe00} ᠠ\u{180b}",
        ] {
            assert_eq!(safe(text), text);
            assert!(!is_misleading(text));
        }
    }

    proptest! {
        #[test]
        fn what_is_safe_stays_safe_and_nobody_hides_two_letters_in_a_row(
            letters in prop::collection::vec(
                prop::sample::select(vec![
                    'a', ' ', '1', '😀', 'ی', 'क', '葛', '\u{200b}', '\u{200c}', '\u{200d}', '\u{fe0f}',
                    '\u{fe00}', '\u{e0101}', '\u{ad}', '\u{20e3}', '\u{1f3fd}', '\u{202e}', '\n',
                ]),
                0..12,
            ),
        ) {
            let text: String = letters.into_iter().collect();
            let shown = safe(&text).into_owned();
            prop_assert!(!is_misleading(&shown), "{:?}", shown);
            prop_assert_eq!(safe(&shown), shown.as_str());
            prop_assert_eq!(shown.chars().count(), text.chars().count());
            let all: Vec<char> = shown.chars().collect();
            for three in all.windows(3) {
                prop_assert!(!three.iter().all(|it| is_invisible(*it)), "{:?}", shown);
            }
        }
    }
}
