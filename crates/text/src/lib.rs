//! Text from transcripts, made ready to be shown: as data, never as markup. A page and a
//! terminal each show it in their own way, and neither interprets what is in it.

mod ansi;
mod change;
mod code;
mod excerpt;
mod link;
mod markdown;
mod measure;
mod safe;
pub mod said;
mod shell;

pub use self::{
    ansi::{Colour, Look, Span, spans},
    change::{Change, Line, Sign, change},
    code::{Token, tokens},
    excerpt::{Excerpt, excerpt},
    markdown::{Block, Cell, Inline, markdown},
    measure::{ago, count_of, grouped, length, minute, second, size},
    safe::{MARK, is_misleading, is_unsafe, one_line, safe, shortened},
    shell::Shell,
};
