//! Output of programs that were written to a terminal: colours become one of sixteen
//! names, everything else that would drive a terminal is left out.

use anstyle_parse::{DefaultCharAccumulator, Params, Parser, Perform};

/// A part of a text that looks the same throughout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub text: String,
    /// What it looks like.
    pub look: Look,
}

/// What a part of a text looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The colour of the letters, if not the usual one.
    pub front: Option<Colour>,
    /// The colour behind them, if not the usual one.
    pub back: Option<Colour>,
    /// Bold.
    pub bold: bool,
    /// Faint.
    pub faint: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underlined: bool,
}

/// One of the sixteen colours that a terminal has names for, 0 to 15.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8);

/// The parts of `text`.
pub fn spans(text: &str) -> Vec<Span> {
    if !text.contains(|it| it == '\u{1b}' || is_single(it)) {
        let look = Look::default();
        return if text.is_empty() { Vec::new() } else { vec![Span { text: text.into(), look }] };
    }
    let mut painter = Painter::default();
    let mut parser = Parser::<DefaultCharAccumulator>::new();
    for it in text.chars() {
        if is_single(it) {
            // The same in two characters: ESC, and a letter.
            parser.advance(&mut painter, 0x1b);
            parser.advance(&mut painter, u8::try_from(u32::from(it) - 0x40).unwrap_or_default());
            continue;
        }
        for byte in it.encode_utf8(&mut [0; 4]).bytes() {
            parser.advance(&mut painter, byte);
        }
    }
    painter.finish()
}

/// Whether a terminal takes `it` for an escape in a single character.
fn is_single(it: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&it)
}

#[derive(Default)]
struct Painter {
    spans: Vec<Span>,
    open: String,
    look: Look,
}

impl Painter {
    fn finish(mut self) -> Vec<Span> {
        self.close();
        self.spans
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            let text = std::mem::take(&mut self.open);
            self.spans.push(Span { text, look: self.look });
        }
    }

    fn select(&mut self, params: &Params) {
        let mut codes = params.iter();
        let mut look = self.look;
        if params.is_empty() {
            look = Look::default();
        }
        while let Some(code) = codes.next() {
            match *code {
                [0] => look = Look::default(),
                [1] => look.bold = true,
                [2] => look.faint = true,
                [3] => look.italic = true,
                [4, ..] => look.underlined = code != [4, 0],
                [22] => (look.bold, look.faint) = (false, false),
                [23] => look.italic = false,
                [24] => look.underlined = false,
                [it @ 30..=37] => look.front = named(it - 30),
                [it @ 90..=97] => look.front = named(it - 82),
                [it @ 40..=47] => look.back = named(it - 40),
                [it @ 100..=107] => look.back = named(it - 92),
                [39] => look.front = None,
                [49] => look.back = None,
                [38] => look.front = mixed(&mut codes.by_ref().map(first)),
                [48] => look.back = mixed(&mut codes.by_ref().map(first)),
                [38, ref rest @ ..] => look.front = mixed(&mut rest.iter().copied()),
                [48, ref rest @ ..] => look.back = mixed(&mut rest.iter().copied()),
                _ => (),
            }
        }
        if look != self.look {
            self.close();
            self.look = look;
        }
    }
}

fn first(code: &[u16]) -> u16 {
    code.first().copied().unwrap_or_default()
}

impl Perform for Painter {
    fn print(&mut self, it: char) {
        self.open.push(it);
    }

    fn execute(&mut self, byte: u8) {
        if matches!(byte, b'\n' | b'\t') {
            self.open.push(char::from(byte));
        }
    }

    fn csi_dispatch(&mut self, params: &Params, marks: &[u8], _ignored: bool, action: u8) {
        if action == b'm' && marks.is_empty() {
            self.select(params);
        }
    }
}

fn named(index: u16) -> Option<Colour> {
    u8::try_from(index).ok().filter(|it| *it < 16).map(Colour)
}

/// A colour of a table of 256, or of three parts, as the one of the sixteen that is
/// nearest.
fn mixed(rest: &mut dyn Iterator<Item = u16>) -> Option<Colour> {
    match rest.next()? {
        5 => match rest.next()? {
            it @ 0..16 => named(it),
            it @ 16..232 => {
                let level = |it: u16| [0, 95, 135, 175, 215, 255][usize::from(it % 6)];
                let cube = it - 16;
                Some(nearest([level(cube / 36), level(cube / 6), level(cube)]))
            }
            it @ 232..256 => {
                let grey = i32::from(it - 232) * 10 + 8;
                Some(nearest([grey; 3]))
            }
            _ => None,
        },
        2 => {
            let parts: Vec<i32> = rest.take(3).map(i32::from).collect();
            parts.try_into().ok().map(nearest)
        }
        _ => None,
    }
}

fn nearest(wanted: [i32; 3]) -> Colour {
    const TABLE: [[i32; 3]; 16] = [
        [0, 0, 0],
        [170, 0, 0],
        [0, 170, 0],
        [170, 110, 0],
        [0, 0, 170],
        [170, 0, 170],
        [0, 170, 170],
        [190, 190, 190],
        [100, 100, 100],
        [255, 85, 85],
        [85, 255, 85],
        [255, 255, 85],
        [85, 85, 255],
        [255, 85, 255],
        [85, 255, 255],
        [255, 255, 255],
    ];
    let far = |it: &[i32; 3]| -> i32 {
        it.iter().zip(wanted).map(|(one, other)| (one - other).saturating_pow(2) / 4).sum()
    };
    let best = TABLE.iter().enumerate().min_by_key(|(_, it)| far(it));
    Colour(best.and_then(|(index, _)| u8::try_from(index).ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        spans(text).into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn colours_become_one_of_sixteen() {
        let found =
            spans("a\u{1b}[1;31mred\u{1b}[0m \u{1b}[38;5;196mx\u{1b}[48;2;0;0;160my\u{1b}[m");
        let look = |at: usize| (found[at].text.as_str(), found[at].look);
        let red = Look { front: Some(Colour(1)), bold: true, ..Look::default() };
        assert_eq!(look(0), ("a", Look::default()));
        assert_eq!(look(1), ("red", red));
        assert_eq!(look(2), (" ", Look::default()));
        let front = Some(Colour(1));
        assert_eq!(look(3), ("x", Look { front, ..Look::default() }));
        assert_eq!(look(4), ("y", Look { front, back: Some(Colour(4)), ..Look::default() }));
    }

    #[test]
    fn nothing_else_of_a_terminals_language_is_left() {
        let hostile = "\u{1b}]8;;javascript:alert(1)\u{7}link\u{1b}]8;;\u{7}\u{1b}[2J\u{1b}[?25l\u{9b}31mx\u{1b}Pq\u{1b}\\ok\n\tend\r";
        assert_eq!(plain(hostile), "linkxok\n\tend");
        assert_eq!(plain("日本\u{1b}[31m語"), "日本語");
        assert_eq!(plain(""), "");
        let many = "\u{1b}[31mx\u{1b}[0m".repeat(10_000);
        assert_eq!(plain(&many), "x".repeat(10_000));
    }
}
