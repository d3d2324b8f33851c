//! Markdown on a page. Everything in it is text to this code: there is no way to hand
//! markup through.

use driftline_text::{self as text, Block, Cell, Inline};
use maud::{Markup, html};

use super::output;

/// A text in markdown.
pub(super) fn prose(said: &str) -> Markup {
    blocks(&text::markdown(said))
}

fn blocks(blocks: &[Block]) -> Markup {
    html! { @for it in blocks { (block(it)) } }
}

fn block(block: &Block) -> Markup {
    match block {
        Block::Paragraph(parts) => html! { p { (inlines(parts)) } },
        // The page's own headings are above these.
        Block::Heading(1, parts) => html! { h3 { (inlines(parts)) } },
        Block::Heading(2, parts) => html! { h4 { (inlines(parts)) } },
        Block::Heading(_, parts) => html! { h5 { (inlines(parts)) } },
        Block::Code { language, text } => html! {
            pre.code tabindex="0" { code { (output::tokens(language, text)) } }
        },
        Block::Quote(inner) => html! { blockquote { (blocks(inner)) } },
        Block::List(Some(start), items) => html! {
            ol start=(start) { @for it in items { li { (item(it)) } } }
        },
        Block::List(None, items) => html! { ul { @for it in items { li { (item(it)) } } } },
        Block::Table(head, rows) => html! {
            div.scroll tabindex="0" role="group" aria-label="Table" {
                table.table {
                    thead { tr { @for it in head { th scope="col" { (cell(it)) } } } }
                    tbody { @for row in rows { tr { @for it in row { td { (cell(it)) } } } } }
                }
            }
        },
        Block::Rule => html! { hr; },
    }
}

/// What is in a list's item: a single paragraph needs no space around it.
fn item(inner: &[Block]) -> Markup {
    match inner {
        [Block::Paragraph(parts)] => inlines(parts),
        [Block::Paragraph(parts), rest @ ..] => html! { (inlines(parts)) (blocks(rest)) },
        other => blocks(other),
    }
}

fn cell(parts: &Cell) -> Markup {
    inlines(parts)
}

fn inlines(parts: &[Inline]) -> Markup {
    html! { @for it in parts { (inline(it)) } }
}

fn inline(part: &Inline) -> Markup {
    match part {
        Inline::Text(text) => html! { (text) },
        Inline::Code(text) => html! { code { (text) } },
        Inline::Strong(parts) => html! { strong { (inlines(parts)) } },
        Inline::Stressed(parts) => html! { em { (inlines(parts)) } },
        Inline::Struck(parts) => html! { s { (inlines(parts)) } },
        Inline::Link(to, parts) => html! {
            a href=(to) target="_blank" rel="noopener noreferrer nofollow" { (inlines(parts)) }
        },
        Inline::Task(done) => html! {
            input type="checkbox" disabled checked[*done] aria-label=(if *done { "done" } else { "open" });
            " "
        },
        Inline::Break => html! { br; },
    }
}
