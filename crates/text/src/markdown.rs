//! Markdown as a tree that can be shown without a thought of safety: HTML in it is
//! text, links lead to a few schemes only, images are links, and nothing is nested so
//! deeply that walking it could fail.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::{link, safe};

/// Longer texts are shown as they are written.
const LONGEST: usize = 200_000;
/// Quotes and lists within each other beyond this are shown as one.
const DEEPEST: usize = 16;
/// What a link may begin with.
const SCHEMES: &[&str] = &["https://", "http://", "mailto:"];

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
    let mut build = Build { frames: vec![Frame::new(Kind::Root)], skipped: 0 };
    for event in Parser::new_ext(&text, options) {
        build.event(event);
    }
    while build.frames.len() > 1 {
        build.close();
    }
    let root = build.frames.pop().map(Frame::blocks);
    root.unwrap_or_default()
}

/// Something that is open, and what is in it so far.
struct Frame {
    kind: Kind,
    blocks: Vec<Block>,
    line: Vec<Inline>,
    items: Vec<Vec<Block>>,
    cells: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

enum Kind {
    Root,
    Paragraph,
    Heading(u8),
    Code(String),
    Html,
    Quote,
    List(Option<u64>),
    Item,
    Table,
    Row,
    Cell,
    Strong,
    Stressed,
    Struck,
    Link(Option<String>),
    Image(Option<String>),
}

impl Frame {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            blocks: Vec::new(),
            line: Vec::new(),
            items: Vec::new(),
            cells: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// What is in it as blocks: loose text becomes a paragraph.
    fn blocks(mut self) -> Vec<Block> {
        self.settle();
        self.blocks
    }

    fn settle(&mut self) {
        if !self.line.is_empty() {
            let line = std::mem::take(&mut self.line);
            self.blocks.push(Block::Paragraph(line));
        }
    }
}

struct Build {
    frames: Vec<Frame>,
    /// How many frames too deep were not opened.
    skipped: usize,
}

impl Build {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text);
            }
            Event::Code(code) => self.inline(Inline::Code(code.into_string())),
            Event::Html(html) | Event::InlineHtml(html) => {
                self.inline(Inline::Text(html.into_string()));
            }
            Event::SoftBreak | Event::HardBreak => self.inline(Inline::Break),
            Event::Rule => self.block(Block::Rule),
            Event::TaskListMarker(done) => self.inline(Inline::Task(done)),
            Event::FootnoteReference(name) => self.text(&name),
        }
    }

    fn open(&mut self, tag: Tag<'_>) {
        let kind = match tag {
            Tag::Heading { level, .. } => Kind::Heading(number(level)),
            Tag::BlockQuote(_) => Kind::Quote,
            Tag::CodeBlock(CodeBlockKind::Fenced(language)) => Kind::Code(language.into_string()),
            Tag::CodeBlock(CodeBlockKind::Indented) => Kind::Code(String::new()),
            Tag::HtmlBlock => Kind::Html,
            Tag::List(start) => Kind::List(start),
            Tag::Item => Kind::Item,
            Tag::Table(_) => Kind::Table,
            Tag::TableHead | Tag::TableRow => Kind::Row,
            Tag::TableCell => Kind::Cell,
            Tag::Emphasis => Kind::Stressed,
            Tag::Strong => Kind::Strong,
            Tag::Strikethrough => Kind::Struck,
            Tag::Link { dest_url, .. } => Kind::Link(allowed(&dest_url)),
            Tag::Image { dest_url, .. } => Kind::Image(allowed(&dest_url)),
            _ => Kind::Paragraph,
        };
        if self.frames.len() > DEEPEST {
            self.skipped += 1;
        } else {
            self.frames.push(Frame::new(kind));
        }
    }

    fn end(&mut self, _tag: TagEnd) {
        if self.skipped > 0 {
            self.skipped -= 1;
            // What was not opened still ends a line.
            self.inline(Inline::Break);
        } else if self.frames.len() > 1 {
            self.close();
        }
    }

    fn close(&mut self) {
        let Some(mut frame) = self.frames.pop() else { return };
        match std::mem::replace(&mut frame.kind, Kind::Root) {
            Kind::Root => (),
            Kind::Paragraph => {
                if let [Block::Paragraph(line)] = &mut *frame.blocks() {
                    self.block(Block::Paragraph(std::mem::take(line)));
                }
            }
            Kind::Heading(level) => self.block(Block::Heading(level, frame.line)),
            Kind::Code(language) => {
                let text = plain(&frame.line).trim_end_matches('\n').to_owned();
                self.block(Block::Code { language, text });
            }
            Kind::Html => {
                let text = plain(&frame.line);
                let lines = text.trim_end().lines().map(|it| Inline::Text(it.to_owned()));
                let lines = lines.flat_map(|it| [Inline::Break, it]).skip(1);
                self.block(Block::Paragraph(lines.collect()));
            }
            Kind::Quote => self.block(Block::Quote(frame.blocks())),
            Kind::List(start) => self.block(Block::List(start, frame.items)),
            Kind::Item => {
                let blocks = frame.blocks();
                self.top(|it| it.items.push(blocks));
            }
            Kind::Table => {
                let mut rows = frame.rows.into_iter();
                let head = rows.next().unwrap_or_default();
                self.block(Block::Table(head, rows.collect()));
            }
            Kind::Row => self.top(|it| it.rows.push(frame.cells)),
            Kind::Cell => self.top(|it| it.cells.push(frame.line)),
            Kind::Strong => self.inline(Inline::Strong(frame.line)),
            Kind::Stressed => self.inline(Inline::Stressed(frame.line)),
            Kind::Struck => self.inline(Inline::Struck(frame.line)),
            Kind::Link(Some(to)) => self.inline(Inline::Link(to, unlinked(frame.line))),
            Kind::Link(None) => frame.line.into_iter().for_each(|it| self.inline(it)),
            Kind::Image(to) => {
                let text = vec![Inline::Text(format!("[image: {}]", plain(&frame.line)))];
                match to {
                    Some(to) => self.inline(Inline::Link(to, text)),
                    None => text.into_iter().for_each(|it| self.inline(it)),
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        let in_code =
            matches!(self.frames.last(), Some(Frame { kind: Kind::Code(_) | Kind::Html, .. }));
        if in_code {
            return self.inline(Inline::Text(text.to_owned()));
        }
        for part in linked(text) {
            self.inline(part);
        }
    }

    fn inline(&mut self, inline: Inline) {
        self.top(|it| match (&inline, it.line.last_mut()) {
            (Inline::Text(more), Some(Inline::Text(text))) => text.push_str(more),
            // A break at the beginning breaks nothing.
            (Inline::Break, None) => (),
            _ => it.line.push(inline),
        });
    }

    fn block(&mut self, block: Block) {
        self.top(|it| {
            it.settle();
            it.blocks.push(block);
        });
    }

    fn top(&mut self, job: impl FnOnce(&mut Frame)) {
        if let Some(top) = self.frames.last_mut() {
            job(top);
        }
    }
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// The text of inline parts.
fn plain(parts: &[Inline]) -> String {
    let text = |it: &Inline| match it {
        Inline::Text(text) | Inline::Code(text) => text.clone(),
        Inline::Strong(parts)
        | Inline::Stressed(parts)
        | Inline::Struck(parts)
        | Inline::Link(_, parts) => plain(parts),
        Inline::Task(_) => String::new(),
        Inline::Break => "\n".into(),
    };
    parts.iter().map(text).collect()
}

/// A link holds no links.
fn unlinked(parts: Vec<Inline>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Inline::Link(_, parts) => out.extend(unlinked(parts)),
            other => out.push(other),
        }
    }
    out
}

/// Where a link leads, if it may.
fn allowed(to: &str) -> Option<String> {
    let scheme = |it: &str| to.get(..it.len()).is_some_and(|to| to.eq_ignore_ascii_case(it));
    let plain = !to.contains(|it: char| it.is_control() || it.is_whitespace());
    (plain && SCHEMES.iter().any(|it| scheme(it))).then(|| to.to_owned())
}

/// A text with the addresses in it as links.
fn linked(text: &str) -> impl Iterator<Item = Inline> {
    link::parts(text).into_iter().map(|it| match it {
        link::Part::Text(text) => Inline::Text(text.to_owned()),
        link::Part::Address(to) => Inline::Link(to.to_owned(), vec![Inline::Text(to.to_owned())]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
