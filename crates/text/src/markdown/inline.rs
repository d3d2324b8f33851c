//! Parts of a line: their text, and where they may lead.

use super::Inline;
use crate::link;

/// What a link may begin with.
const SCHEMES: &[&str] = &["https://", "http://", "mailto:"];

/// The text of inline parts.
pub(super) fn plain(parts: &[Inline]) -> String {
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
pub(super) fn unlinked(parts: Vec<Inline>) -> Vec<Inline> {
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
pub(super) fn allowed(to: &str) -> Option<String> {
    let scheme = |it: &str| to.get(..it.len()).is_some_and(|to| to.eq_ignore_ascii_case(it));
    let plain = !to.contains(|it: char| it.is_control() || it.is_whitespace());
    (plain && SCHEMES.iter().any(|it| scheme(it))).then(|| to.to_owned())
}

/// A text with the addresses in it as links.
pub(super) fn linked(text: &str) -> impl Iterator<Item = Inline> {
    link::parts(text).into_iter().map(|it| match it {
        link::Part::Text(text) => Inline::Text(text.to_owned()),
        link::Part::Address(to) => Inline::Link(to.to_owned(), vec![Inline::Text(to.to_owned())]),
    })
}
