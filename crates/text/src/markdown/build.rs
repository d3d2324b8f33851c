//! From the events of a parser to a tree.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use super::{
    Block, Cell, Inline,
    inline::{allowed, linked, plain, unlinked},
};

/// Quotes and lists within each other beyond this are shown as one.
pub(super) const DEEPEST: usize = 16;

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

/// A tree that is being built.
pub(super) struct Build {
    frames: Vec<Frame>,
    /// How many frames too deep were not opened.
    skipped: usize,
}

impl Build {
    pub(super) fn new() -> Self {
        Self { frames: vec![Frame::new(Kind::Root)], skipped: 0 }
    }

    /// The tree, with what was left open closed.
    pub(super) fn finish(mut self) -> Vec<Block> {
        while self.frames.len() > 1 {
            self.close();
        }
        let root = self.frames.pop().map(Frame::blocks);
        root.unwrap_or_default()
    }

    pub(super) fn event(&mut self, event: Event<'_>) {
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
