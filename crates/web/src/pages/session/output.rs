//! Output of programs and code: the ends of what is long, the rest when it is asked for.

use driftline_conversation::Answer;
use driftline_text::{self as text, Look, Token};
use maud::{Markup, html};

use crate::parts::count_of;

/// What a program put out. `all`: the answer that it is the text of.
pub(super) fn output(said: &str, all: Option<&Answer>) -> Markup {
    let excerpt = text::excerpt(said);
    if excerpt.lines == 0 {
        return html! { p.hint { "No output." } };
    }
    html! {
        div.out {
            pre.ansi { (spans(&excerpt.head)) }
            @if excerpt.is_partial() {
                p.out-more {
                    @if excerpt.hidden > 0 { (count_of(excerpt.hidden, "line is", "lines are")) " left out. " }
                    @else { "Long lines are cut. " }
                    @if let Some(all) = all {
                        a href={ "/m/" (all.message) "/raw" }
                            data-more={ "/m/" (all.message) "/answer/" (all.index) } {
                            "All " (count_of(excerpt.lines, "line", "lines"))
                        }
                    }
                }
            }
            @if !excerpt.tail.is_empty() { pre.ansi { (spans(&excerpt.tail)) } }
        }
    }
}

fn spans(said: &str) -> Markup {
    html! {
        @for span in text::spans(said) {
            @if span.look == Look::default() {
                (text::safe(&span.text))
            } @else {
                span class=(class(span.look)) { (text::safe(&span.text)) }
            }
        }
    }
}

fn class(look: Look) -> String {
    let mut classes = Vec::new();
    classes.extend(look.front.map(|it| format!("f{}", it.0)));
    classes.extend(look.back.map(|it| format!("b{}", it.0)));
    let marks =
        [(look.bold, "bold"), (look.faint, "muted"), (look.italic, "it"), (look.underlined, "ul")];
    classes.extend(marks.iter().filter(|(is, _)| *is).map(|(_, name)| (*name).to_owned()));
    classes.join(" ")
}

/// Code, with its parts told apart.
pub(super) fn code(language: &str, said: &str) -> Markup {
    let excerpt = text::excerpt(said);
    html! {
        pre.code { code {
            (tokens(language, &excerpt.head))
            @if excerpt.hidden > 0 { span.muted { "\n… " (count_of(excerpt.hidden, "line", "lines")) " …\n" } }
            (tokens(language, &excerpt.tail))
        } }
    }
}

/// The parts of code.
pub(super) fn tokens(language: &str, code: &str) -> Markup {
    html! {
        @for (token, part) in text::tokens(language, code) {
            @let class = match token {
                Token::Plain => None,
                Token::Comment => Some("tc"),
                Token::Text => Some("ts"),
                Token::Number => Some("tn"),
                Token::Keyword => Some("tk"),
            };
            @match class {
                Some(class) => span class=(class) { (text::safe(part)) },
                None => (text::safe(part)),
            }
        }
    }
}
