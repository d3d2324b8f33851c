//! Addresses in a text that are written without any markup. A text is walked through once,
//! whatever it holds: an address is looked for its end only where one begins.

/// The most bytes of an address; a longer one is text.
const LONGEST: usize = 2_048;
/// What an address begins with.
const BEGINS: &str = "http";
/// What goes on behind that.
const SCHEMES: [&str; 2] = ["s://", "://"];

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Words.
    Text(&'a str),
    /// An address.
    Address(&'a str),
}

/// The parts of `text`, in order. Joined, they are the text.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    Scan { text, looked: 0 }.run()
}

struct Scan<'a> {
    text: &'a str,
    /// How many bytes were looked at: a test holds it to the length of the text.
    looked: usize,
}

impl<'a> Scan<'a> {
    fn run(&mut self) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let (mut from, mut at) = (0, 0);
        while let Some(start) = self.next(at) {
            let (end, is_address) = self.address(start);
            if is_address {
                if from < start {
                    parts.push(Part::Text(&self.text[from..start]));
                }
                parts.push(Part::Address(&self.text[start..end]));
                from = end;
            }
            at = end;
        }
        if from < self.text.len() {
            parts.push(Part::Text(&self.text[from..]));
        }
        parts
    }

    /// Where the next address could begin.
    fn next(&mut self, at: usize) -> Option<usize> {
        let found = self.text[at..].find(BEGINS);
        self.looked += found.map_or(self.text.len() - at, |it| it + BEGINS.len());
        found.map(|it| at + it)
    }

    /// Where what begins at `start` ends, and whether it is an address.
    fn address(&mut self, start: usize) -> (usize, bool) {
        let rest = &self.text[start..];
        let scheme = SCHEMES.iter().find(|it| rest[BEGINS.len()..].starts_with(**it));
        let in_word = self.text[..start].ends_with(char::is_alphanumeric);
        let Some(scheme) = scheme.filter(|_| !in_word) else {
            return (start + BEGINS.len(), false);
        };
        let host = BEGINS.len() + scheme.len();
        let ends = |it: char| it.is_whitespace() || it.is_control() || "<>\"'`|".contains(it);
        let mut letters = rest.char_indices().take_while(|(at, _)| *at <= LONGEST);
        let end = letters.find(|(_, it)| ends(*it)).map(|(at, _)| at);
        let end = end.unwrap_or_else(|| {
            let whole = rest.len() <= LONGEST;
            if whole { rest.len() } else { LONGEST + 1 }
        });
        self.looked += end.min(rest.len());
        if end > LONGEST {
            let end = (LONGEST..=rest.len()).find(|it| rest.is_char_boundary(*it));
            return (start + end.unwrap_or(rest.len()), false);
        }
        let address =
            rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '*', '_']);
        if address.len() > host { (start + address.len(), true) } else { (start + end, false) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same as plainly as it can be said, at any cost.
    fn naive(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let host = ["https://", "http://"].iter().find_map(|it| rest.strip_prefix(it));
            let in_word = text[..at].ends_with(char::is_alphanumeric);
            let step = rest.chars().next().map_or(1, char::len_utf8);
            let Some(host) = host.filter(|_| !in_word) else {
                at += step;
                continue;
            };
            let head = rest.len() - host.len();
            let ends = |it: char| it.is_whitespace() || it.is_control() || "<>\"'`|".contains(it);
            let end = rest.find(ends).unwrap_or(rest.len());
            if end > LONGEST {
                at += (LONGEST..=end).find(|it| rest.is_char_boundary(*it)).unwrap();
                continue;
            }
            let address = rest[..end]
                .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '*', '_']);
            if address.len() > head {
                found.push(address.to_owned());
                at += address.len();
            } else {
                at += end;
            }
        }
        found
    }

    fn joined(parts: &[Part<'_>]) -> String {
        let text = |it: &Part<'_>| match it {
            Part::Text(text) | Part::Address(text) => (*text).to_owned(),
        };
        parts.iter().map(text).collect()
    }

    #[test]
    fn the_worst_texts_are_walked_through_once() {
        let long = "x".repeat(3_000);
        for worst in [
            "http",
            "http://",
            "xhttp://",
            "https",
            "http://.",
            "http:// ",
            "http:/",
            " http",
            "http://é",
            "ahttp://b",
            "http://....",
            &format!("http://{long} "),
            "http://\u{1}",
        ] {
            for times in [1_000, 2_000] {
                let text = worst.repeat(times);
                let mut scan = Scan { text: &text, looked: 0 };
                let found = joined(&scan.run());
                assert_eq!(found, text);
                let most = 3 * text.len() + BEGINS.len();
                assert!(scan.looked <= most, "{worst}: {} of {most}", scan.looked);
            }
        }
    }

    proptest! {
        #[test]
        fn it_finds_what_is_found_plainly(
            words in prop::collection::vec(
                prop::sample::select(vec![
                    "http", "https://", "http://", "s://", "a", "é", " ", ".", ")", "<", "\n", "x.y/z",
                    "\u{1}", "_",
                ]),
                0..40,
            ),
            long in prop::option::of(1_990..2_100_usize),
        ) {
            let mut text = words.concat();
            if let Some(long) = long {
                text = format!("http://{}{text}", "y".repeat(long));
            }
            let found = parts(&text);
            prop_assert_eq!(joined(&found), text.clone());
            let found: Vec<String> = found
                .into_iter()
                .filter_map(|it| match it {
                    Part::Address(address) => Some(address.to_owned()),
                    Part::Text(_) => None,
                })
                .collect();
            prop_assert_eq!(found, naive(&text));
        }
    }
}
