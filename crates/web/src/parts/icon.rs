//! Icons of one line width, drawn for this program. An icon never stands alone: a word is
//! next to it, or its button has a name.

use maud::{Markup, html};

/// The icon of this name; a ring for a name that is not known.
pub(crate) fn icon(name: &str) -> Markup {
    let path = match name {
        "check" => "M3 8.5l3.2 3.2L13 5",
        "arrows" => "M3 6h9l-2.5-2.5M13 10H4l2.5 2.5",
        "slash" => "M8 2a6 6 0 100 12A6 6 0 008 2zM4 12L12 4",
        "warning" => "M8 2.5l6 11H2zM8 6.5v3.2M8 11.4v.4",
        "pause" => "M5.5 3.5v9M10.5 3.5v9",
        "close" => "M4 4l8 8M12 4l-8 8",
        "plus" => "M8 3v10M3 8h10",
        "pin" => "M6 2h4l-.5 4.5L12 9H4l2.500-2.500zM8 9v5",
        _ => "M8 2.5a5.500 5.500 0 100 11 5.500 5.500 0 000-11z",
    };
    html! {
        svg.icon viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" {
            path d=(path) fill="none" stroke="currentColor" stroke-width="1.5"
                stroke-linecap="round" stroke-linejoin="round" {}
        }
    }
}
