//! Texts inside texts: JSON in a string has `\n` where a line ends, and a rule that looks
//! for the start of a word finds the `n`. Such a text is looked at a second time, without
//! its escapes; what is found there is told by where it stands in the text as it is.

use std::ops::Range;

/// A text without its escapes, and where its pieces come from.
pub(crate) struct Plain {
    pub(crate) text: String,
    /// From each place in `text` on, up to the next one, where it is in the original.
    from: Vec<(usize, usize)>,
}

impl Plain {
    /// `text` without escapes of any depth; none if it has none.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let mut plain = Self { text: String::new(), from: vec![(0, 0)] };
        let (mut done, mut at) = (0, 0);
        while let Some(found) = text.get(at..).and_then(|it| it.find('\\')) {
            let start = at + found;
            let rest = text.get(start..).unwrap_or_default();
            let slashes = rest.bytes().take_while(|it| *it == b'\\').count();
            at = start + slashes;
            let Some((meant, length)) = meant(text.get(at..).unwrap_or_default()) else { continue };
            at += length;
            plain.text.push_str(text.get(done..start).unwrap_or_default());
            plain.from.push((plain.text.len(), start));
            plain.text.push(meant);
            plain.from.push((plain.text.len(), at));
            done = at;
        }
        if done == 0 {
            return None;
        }
        plain.text.push_str(text.get(done..).unwrap_or_default());
        Some(plain)
    }

    /// Where in the original that is which is at `range` here.
    pub(crate) fn original(&self, range: Range<usize>) -> Range<usize> {
        self.place(range.start)..self.place(range.end)
    }

    fn place(&self, at: usize) -> usize {
        let next = self.from.partition_point(|it| it.0 <= at);
        let (here, there) = self.from.get(next.saturating_sub(1)).copied().unwrap_or_default();
        there + (at - here)
    }
}

/// What an escape means whose backslashes stand before `rest`, and how long it is.
fn meant(rest: &str) -> Option<(char, usize)> {
    let meant = match rest.bytes().next()? {
        b'n' | b'r' => '\n',
        b't' => '\t',
        it @ (b'"' | b'\'' | b'/') => char::from(it),
        b'u' => {
            let code = u8::from_str_radix(rest.get(1..5)?, 16).ok().filter(u8::is_ascii)?;
            return Some((char::from(code), 5));
        }
        _ => return None,
    };
    Some((meant, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_any_depth_mean_one_character() {
        let text = r#"{\"a\":\\\"é\\n\u002db\/c\"} C:\dir"#;
        let plain = Plain::of(text).unwrap();
        assert_eq!(plain.text, "{\"a\":\"é\n-b/c\"} C:\\dir");
        let at = |it: &str| {
            let start = plain.text.find(it).unwrap();
            &text[plain.original(start..start + it.len())]
        };
        assert_eq!(at("é"), "é");
        assert_eq!(at("-b/c"), r"\u002db\/c");
        assert_eq!(at("\n"), r"\\n");
        assert_eq!(at("} C:\\dir"), r"} C:\dir");
        assert_eq!(&text[plain.original(0..plain.text.len())], text);
    }

    #[test]
    fn what_has_no_escapes_is_left_alone() {
        for text in ["", "plain", r"C:\dir\", r"\d+\w", r"\u", r"\u00e9x"] {
            assert!(Plain::of(text).is_none(), "{text}");
        }
    }
}
