//! Long output: its first and last lines, and how much is between them.

/// How many lines are shown of each end.
const ENDS: usize = 20;
/// Up to so many lines, everything is shown: hiding a few would help nobody.
const WHOLE: usize = 2 * ENDS + 5;
/// The most bytes of a line that are shown.
const LINE: usize = 2_000;

/// The ends of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The first lines.
    pub head: String,
    /// The last lines; empty if all are in the head.
    pub tail: String,
    /// How many lines are between them.
    pub hidden: usize,
    /// How many lines there are.
    pub lines: usize,
    /// Whether a line was cut.
    pub cut: bool,
}

impl Excerpt {
    /// Whether something is not shown.
    pub fn is_partial(&self) -> bool {
        self.cut || self.hidden > 0
    }
}

/// The ends of `text`.
pub fn excerpt(text: &str) -> Excerpt {
    let text = text.trim_end();
    let lines = if text.is_empty() { 0 } else { text.lines().count() };
    let mut cut = false;
    let mut join = |part: &mut dyn Iterator<Item = &str>| {
        let mut out = String::new();
        for line in part {
            let shown = shorten(line);
            cut |= shown.len() < line.len();
            out.push_str(shown);
            out.push_str(if shown.len() < line.len() { " …\n" } else { "\n" });
        }
        out.truncate(out.trim_end_matches('\n').len());
        out
    };
    if lines <= WHOLE {
        let head = join(&mut text.lines());
        return Excerpt { head, tail: String::new(), hidden: 0, lines, cut };
    }
    let head = join(&mut text.lines().take(ENDS));
    let tail = join(&mut text.lines().skip(lines - ENDS));
    Excerpt { head, tail, hidden: lines - 2 * ENDS, lines, cut }
}

fn shorten(line: &str) -> &str {
    if line.len() <= LINE {
        return line;
    }
    let end = (0..=LINE).rev().find(|it| line.is_char_boundary(*it)).unwrap_or(0);
    &line[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(lines: usize) -> String {
        (1..=lines).map(|it| format!("line {it}\n")).collect()
    }

    #[test]
    fn the_ends_of_a_long_text_are_shown() {
        let long = excerpt(&numbered(200));
        assert!(long.head.starts_with("line 1\n") && long.head.ends_with("\nline 20"));
        assert!(long.tail.starts_with("line 181\n") && long.tail.ends_with("\nline 200"));
        assert_eq!((long.hidden, long.lines), (160, 200));
        let short = excerpt(&numbered(WHOLE));
        assert_eq!((short.hidden, short.tail.as_str(), short.lines), (0, "", WHOLE));
        assert!(!short.is_partial() && excerpt("").lines == 0);
    }

    #[test]
    fn a_line_of_a_megabyte_is_cut_between_letters() {
        let line = excerpt(&"é".repeat(500_000));
        assert!(line.cut && line.is_partial());
        assert!(line.head.len() <= LINE + 5);
    }
}
