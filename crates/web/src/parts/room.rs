//! How much of what rows hold fits on a page. Long texts are cut, with a way to all of them.

use std::cell::Cell;

use driftline_text as text;
use maud::{Markup, PreEscaped, html};

/// Longer texts are cut, in bytes.
const LONG: usize = 200_000;
/// What is shown of them.
const BEGINNING: usize = 20_000;
/// What is shown of a text once a page is full.
const LITTLE: usize = 2_000;
/// What texts may weigh as markup until a page is full.
const FULL: usize = 2_000_000;
/// What a browser can still put into a page in one go; more is saved as a file.
const IN_PLACE: usize = 2_000_000;
/// The most letters of a name.
const NAME: usize = 300;

/// What is left on a page.
pub(crate) struct Room(Cell<usize>);

impl Default for Room {
    fn default() -> Self {
        Self(Cell::new(FULL))
    }
}

impl Room {
    /// As much of `said` as is shown.
    pub(crate) fn fitting<'a>(&self, said: &'a str) -> &'a str {
        let long = if said.len() > LONG { BEGINNING } else { said.len() };
        let most = if long > self.0.get() { LITTLE } else { long };
        let end = (0..=most.min(said.len())).rev().find(|it| said.is_char_boundary(*it));
        &said[..end.unwrap_or(0)]
    }

    /// A text as `show` shows it, or its beginning and a way to all of it: a file at `whole`.
    pub(crate) fn put(&self, said: &str, whole: &str, show: impl FnOnce(&str) -> Markup) -> Markup {
        let shown = self.fitting(said);
        let markup = if shown.len() == said.len() {
            show(said)
        } else {
            html! {
                div.out {
                    pre.code { (text::safe(shown)) }
                    (rest(shown.len(), said.len(), whole))
                }
            }
        };
        self.spend(&markup);
        markup
    }

    /// Whether there is next to nothing left.
    pub(crate) fn is_full(&self) -> bool {
        self.0.get() < LITTLE
    }

    /// Counts what else was put on the page.
    pub(crate) fn spend(&self, PreEscaped(markup): &Markup) {
        self.0.set(self.0.get().saturating_sub(markup.len()));
    }
}

/// Says that only the first `shown` of `all` bytes are shown.
fn rest(shown: usize, all: usize, whole: &str) -> Markup {
    html! {
        p.out-more {
            "The first " (text::size(shown)) " of " (text::size(all)) ". "
            @if all <= IN_PLACE {
                a href="#" data-more=(whole) { "All of it" }
            } @else {
                a href="#" data-download=(whole) { "Save all of it" }
            }
        }
    }
}

/// What a row calls something: safe, in a line, and no longer than a name can be.
pub(crate) fn line(name: &str) -> String {
    let end = name.char_indices().nth(4 * NAME).map_or(name.len(), |(end, _)| end);
    let line = text::one_line(&name[..end]);
    match line.char_indices().nth(NAME) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
