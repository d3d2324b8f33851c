//! Text with colours of this program's own. What comes from rows can never bring any:
//! it is made safe before a colour is put around it.

use super::safe;

/// What a part of a text is, and with that what it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// A heading.
    Strong,
    /// Of less interest.
    Faint,
    /// What is named.
    Name,
    /// What came.
    Good,
    /// What went, or went wrong.
    Bad,
}

impl Paint {
    fn code(self) -> &'static str {
        match self {
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Name => "36",
            Self::Good => "32",
            Self::Bad => "31",
        }
    }
}

/// Text with colours, or without where they would not be seen.
#[derive(Debug)]
pub(crate) struct Painted {
    colours: bool,
    text: String,
}

impl Painted {
    pub(crate) fn new(colours: bool) -> Self {
        Self { colours, text: String::new() }
    }

    /// Adds plain text.
    pub(crate) fn plain(&mut self, text: &str) -> &mut Self {
        self.text.push_str(&safe(text));
        self
    }

    /// Adds text that looks like what it is.
    pub(crate) fn paint(&mut self, paint: Paint, text: &str) -> &mut Self {
        if !self.colours || text.is_empty() {
            return self.plain(text);
        }
        // A colour ends with its line: a pager starts anywhere.
        for (place, line) in safe(text).split('\n').enumerate() {
            if place > 0 {
                self.text.push('\n');
            }
            if !line.is_empty() {
                self.text.push_str(&format!("\u{1b}[{}m{line}\u{1b}[0m", paint.code()));
            }
        }
        self
    }

    /// Adds lines, each with some space before it.
    pub(crate) fn indented(&mut self, paint: Option<Paint>, space: usize, text: &str) -> &mut Self {
        for line in text.lines() {
            self.plain(&" ".repeat(space));
            match paint {
                Some(paint) => self.paint(paint, line),
                None => self.plain(line),
            };
            self.plain("\n");
        }
        self
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_programs_colours_reach_a_terminal() {
        let mut painted = Painted::new(true);
        painted.paint(Paint::Bad, "a\u{1b}[2Jb\n\nc").plain("\u{1b}]0;x\u{7}");
        painted.indented(Some(Paint::Faint), 2, "d\u{202e}");
        let text = painted.as_str();
        assert_eq!(
            text,
            "\u{1b}[31ma\u{fffd}[2Jb\u{1b}[0m\n\n\u{1b}[31mc\u{1b}[0m\u{fffd}]0;x\u{fffd}  \
             \u{1b}[2md\u{fffd}\u{1b}[0m\n"
        );
        let mut plain = Painted::new(false);
        plain.paint(Paint::Bad, "a\u{1b}b");
        assert_eq!(plain.as_str(), "a\u{fffd}b");
    }
}
