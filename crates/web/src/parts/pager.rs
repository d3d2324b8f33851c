//! Pages of a list.

use maud::{Markup, html};

use super::grouped;
use crate::Request;

/// Which of how many are shown, and the way to the others.
pub(crate) fn pager(request: &Request<'_>, offset: usize, shown: usize, total: u64) -> Markup {
    let (first, last) = (offset as u64 + 1, (offset + shown) as u64);
    if total == 0 || (offset == 0 && last >= total) {
        return html! {};
    }
    let page = shown.max(1);
    let before = offset.checked_sub(1).map(|_| offset.saturating_sub(page));
    let to = |offset: usize| {
        let text = offset.to_string();
        request.with("from", (offset > 0).then_some(text.as_str()))
    };
    html! {
        nav.pager aria-label="Pages" {
            span { (grouped(first)) "–" (grouped(last)) " of " (grouped(total)) }
            @if let Some(before) = before { a.btn rel="prev" href=(to(before)) { "Newer" } }
            @if last < total { a.btn rel="next" href=(to(offset + page)) { "Older" } }
        }
    }
}
