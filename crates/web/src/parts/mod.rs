//! Pieces that several pages are made of.

mod icon;
mod indicator;
mod merge;
mod new_key;
mod pager;
mod query;
mod room;
mod shared;
mod time;

pub(crate) use driftline_text::{count_of, grouped};
use maud::{Markup, html};

pub(crate) use self::{
    icon::icon,
    indicator::{indicator, sentence, shape},
    merge::{merged, review},
    new_key::new_key,
    pager::pager,
    query::{catching_up, encoded, misread},
    room::{Room, line},
    shared::{shared, shared_of},
    time::{clock, day, day_and_time, time},
};

/// What a page says that has nothing to show: what that means, and what to do.
#[expect(clippy::needless_pass_by_value, reason = "markup is made where it is handed over")]
pub(crate) fn empty(text: &str, action: Markup) -> Markup {
    html! { div.empty { p { (text) } (action) } }
}

/// A sentence from a doc comment: what is between backticks is code.
pub(crate) fn doc(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// What a snake_case name is called on a page.
pub(crate) fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |it| it.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_for_people() {
        assert_eq!(label("git_branch"), "Git branch");
        assert_eq!(label(""), "");
    }
}
