//! Markdown as a tree that can be shown without a thought of safety: HTML in it is
//! text, links lead to a few schemes only, images are links, and nothing is nested so
//! deeply that walking it could fail.

mod build;
mod inline;

use pulldown_cmark::{Options, Parser};

use self::build::Build;
use super::safe;

/// Longer texts are shown as they are written.
const LONGEST: usize = 200_000;
/// A part of a text that stands by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading of a level from 1 to 6.
    Heading(u8, Vec<Inline>),
    /// Code, in a language if it says so.
    Code {
        /// What it calls its language; may be empty.
        language: String,
        /// The code.
        text: String,
    },
    /// A quotation.
    Quote(Vec<Self>),
    /// A list, numbered from a start or not.
    List(Option<u64>, Vec<Vec<Self>>),
    /// A table: its head, then its rows.
    Table(Vec<Cell>, Vec<Vec<Cell>>),
    /// A line across.
    Rule,
}

/// What is in a cell of a table.
pub type Cell = Vec<Inline>;

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Text.
    Text(String),
    /// Code.
    Code(String),
    /// Important text.
    Strong(Vec<Self>),
    /// Stressed text.
    Stressed(Vec<Self>),
    /// Text that was taken back.
    Struck(Vec<Self>),
    /// A link to another place, by an allowed scheme.
    Link(String, Vec<Self>),
    /// A box, ticked or not.
    Task(bool),
    /// The end of a line.
    Break,
}

/// The parts of `text`.
pub fn markdown(text: &str) -> Vec<Block> {
    let text = safe(text);
    if text.len() > LONGEST {
        return vec![Block::Code { language: String::new(), text: text.into_owned() }];
    }
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut build = Build::new();
    for event in Parser::new_ext(&text, options) {
        build.event(event);
    }
    build.finish()
}

#[cfg(test)]
mod tests {
    use super::{build::DEEPEST, *};

    fn text(it: &str) -> Inline {
        Inline::Text(it.into())
    }

    #[test]
    fn markdown_becomes_a_tree() {
        let found = markdown(
            "# A *b*\n\nx `y`\nz\n\n- [x] one\n- two\n\n  more\n\n```rust\nfn a() {}\n```\n> q\n\n|a|b|\n|-|-|\n|1|**2**|\n\n---",
        );
        let expected = vec![
            Block::Heading(1, vec![text("A "), Inline::Stressed(vec![text("b")])]),
            Block::Paragraph(vec![text("x "), Inline::Code("y".into()), Inline::Break, text("z")]),
            Block::List(
                None,
                vec![
                    vec![Block::Paragraph(vec![Inline::Task(true), text("one")])],
                    vec![Block::Paragraph(vec![text("two")]), Block::Paragraph(vec![text("more")])],
                ],
            ),
            Block::Code { language: "rust".into(), text: "fn a() {}".into() },
            Block::Quote(vec![Block::Paragraph(vec![text("q")])]),
            Block::Table(
                vec![vec![text("a")], vec![text("b")]],
                vec![vec![vec![text("1")], vec![Inline::Strong(vec![text("2")])]]],
            ),
            Block::Rule,
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn links_lead_to_allowed_schemes_only() {
        let link = |it: &str| match markdown(it).remove(0) {
            Block::Paragraph(mut parts) => match parts.remove(0) {
                Inline::Link(to, _) => Some(to),
                _ => None,
            },
            _ => None,
        };
        assert_eq!(link("[a](https://example.org)").unwrap(), "https://example.org");
        assert_eq!(link("[a](MAILTO:a@b.c)").unwrap(), "MAILTO:a@b.c");
        assert_eq!(link("https://example.org/a).").unwrap(), "https://example.org/a");
        assert_eq!(link("![a](https://example.org/b.png)").unwrap(), "https://example.org/b.png");
        for hostile in [
            "[a](javascript:alert(1))",
            "[a](JaVaScRiPt:alert(1))",
            "[a](\u{1}javascript:alert(1))",
            "[a](data:text/html,x)",
            "[a](//example.org)",
            "[a](/s/1)",
            "![a](file:///etc/passwd)",
            "<javascript:alert(1)>",
            "http://",
        ] {
            assert_eq!(link(hostile), None, "{hostile}");
        }
    }

    #[test]
    fn html_is_text() {
        let found = markdown("<script>alert(1)</script>\n\na <b onclick=x>b</b>");
        assert_eq!(found[0], Block::Paragraph(vec![text("<script>alert(1)</script>")]));
        assert_eq!(found[1], Block::Paragraph(vec![text("a <b onclick=x>b</b>")]));
    }

    #[test]
    fn nothing_is_nested_deeply() {
        fn depth(blocks: &[Block]) -> usize {
            let inner = blocks.iter().map(|it| match it {
                Block::Quote(blocks) => depth(blocks),
                Block::List(_, items) => items.iter().map(|it| depth(it)).max().unwrap_or(0),
                _ => 0,
            });
            1 + inner.max().unwrap_or(0)
        }
        let quotes = markdown(&format!("{} deep", ">".repeat(20_000)));
        assert!(depth(&quotes) <= DEEPEST + 2);
        assert!(format!("{quotes:?}").contains("deep"), "the text itself is kept");
        let stars = markdown(&format!("{}a{}", "*".repeat(5_000), "*".repeat(5_000)));
        assert!(format!("{stars:?}").contains('a'));
    }
}
