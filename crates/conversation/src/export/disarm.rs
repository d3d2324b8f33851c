//! What an agent or a person wrote, as a part of a markdown file: nothing that a viewer
//! would load or run, and nothing that goes on behind the part's end.
//!
//! Outside of code, pictures become links and tags become text, by a backslash each; a block
//! of code that is not closed is closed. What is long, or does not come to rest, is put into
//! a block of code as a whole.

use std::{borrow::Cow, ops::Range};

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

/// Longer texts are a block of code: pages show them as they are written, too.
const LONGEST: usize = 200_000;
/// A backslash can bring to light what was inside a tag: it is looked again, so often.
const ROUNDS: usize = 8;
/// A heading of ours, which has to be one behind whatever text.
const BEHIND: &str = "\n\n# .";

/// `text` as a part of a markdown file.
pub(super) fn disarmed(text: &str) -> Cow<'_, str> {
    let harmless =
        !text.contains("![") && !text.contains(['<', '`', '~', '\r']) && !text.contains("$$");
    if harmless && text.len() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let mut now = text.replace('\r', "\n");
    if now.len() <= LONGEST {
        for _ in 0..ROUNDS {
            match next(&now) {
                Some(next) => now = next,
                None => return now.into(),
            }
        }
    }
    super::fenced("", text).into()
}

/// The text with what was found in it made harmless; none if there is nothing left.
fn next(text: &str) -> Option<String> {
    let whole = format!("{text}{BEHIND}");
    let (mut code, mut kept) = (Vec::new(), Vec::new());
    let (mut block, mut is_over) = (0, false);
    for (event, range) in Parser::new_ext(&whole, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => {
                block = range.start;
                code.push(range);
            }
            Event::Code(_) => code.push(range),
            Event::Start(Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. }) => {
                kept.push(range);
            }
            Event::Start(Tag::Heading { .. }) => is_over = range.start >= text.len(),
            _ => (),
        }
    }
    let is_in = |all: &[Range<usize>], at: usize| {
        let before = all.partition_point(|it| it.start <= at);
        // Ranges of code do not lie in each other.
        before.checked_sub(1).is_some_and(|it| all[it].end > at)
    };
    let mut places = Vec::new();
    for (at, it) in text.char_indices().filter(|(_, it)| matches!(it, '!' | '<')) {
        let rest = &text[at + 1..];
        let live = match it {
            '!' => rest.starts_with('['),
            _ => rest.starts_with(|it: char| it.is_ascii_alphabetic() || "/!?".contains(it)),
        };
        let escaped = text[..at].bytes().rev().take_while(|it| *it == b'\\').count() % 2 == 1;
        if live && !escaped && !is_in(&code, at) && !is_in(&kept, at) {
            places.push(at);
        }
    }
    if places.is_empty() && is_over {
        return None;
    }
    if places.is_empty() {
        let fence = text.get(block..).unwrap_or_default().trim_start();
        let mark = fence.chars().next().filter(|it| matches!(it, '`' | '~')).unwrap_or('`');
        let length = fence.chars().take_while(|it| *it == mark).count().max(3);
        return Some(format!("{text}\n{}", mark.to_string().repeat(length)));
    }
    let mut out = String::with_capacity(text.len() + places.len());
    let mut from = 0;
    for at in places {
        out.push_str(&text[from..at]);
        out.push('\\');
        from = at;
    }
    out.push_str(&text[from..]);
    Some(out)
}

/// Words of a row in a line of ours: every sign that means something is itself.
pub(super) fn plain(text: &str) -> String {
    let line = driftline_text::one_line(text);
    let mut out = String::with_capacity(line.len());
    for it in line.chars() {
        if "\\`*[]<>!&".contains(it) {
            out.push('\\');
        }
        out.push(it);
    }
    out
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What of a file a viewer would load, run, or take for ours although it is not.
    fn live(file: &str) -> Vec<String> {
        let whole = format!("{file}{BEHIND}");
        let mut found = Vec::new();
        let mut heading = false;
        for (event, range) in Parser::new_ext(&whole, options()).into_offset_iter() {
            match event {
                Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Image { .. }) => {
                    found.push(whole[range].to_owned());
                }
                Event::Start(Tag::Heading { .. }) => heading = range.start > file.len(),
                _ => (),
            }
        }
        if !heading {
            found.push("the heading behind it is none".into());
        }
        found
    }

    #[test]
    fn pictures_become_links_and_tags_become_text() {
        for (text, out) in [
            ("plain *text* [a](http://b.c)", "plain *text* [a](http://b.c)"),
            ("![x](http://evil/p.png)", "\\![x](http://evil/p.png)"),
            ("a !![x][y] \\![z](q)", "a !\\![x][y] \\![z](q)"),
            ("<img src=http://evil> a < b", "\\<img src=http://evil> a < b"),
            ("`![x](y) <b>` Vec<u8>", "`![x](y) <b>` Vec\\<u8>"),
            ("<https://a.b>", "<https://a.b>"),
            ("```\n![x](y)\n```", "```\n![x](y)\n```"),
            ("```sh\nopen", "```sh\nopen\n```"),
            ("~~~~\nopen", "~~~~\nopen\n~~~~"),
        ] {
            assert_eq!(disarmed(text), out);
            assert_eq!(live(&disarmed(text)), [""; 0], "{text}");
        }
        let html = disarmed("<div>\n![x](http://evil)\n</div>\n<!-- open").into_owned();
        assert_eq!(live(&html), [""; 0], "{html}");
    }

    #[test]
    fn what_one_leaves_open_does_not_reach_the_next() {
        let (one, other) = ("```\nopen", "```\n![x](http://evil)\n```");
        let file = format!("# a\n\n{}\n\n# b\n\n{}", disarmed(one), disarmed(other));
        assert_eq!(live(&file), [""; 0], "{file}");
    }

    #[test]
    fn a_long_text_is_a_block_of_code() {
        let long = disarmed(&"<img src=x> ".repeat(20_000)).into_owned();
        assert!(long.starts_with("```\n") && live(&long).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn whatever_is_written_is_harmless(
            texts in prop::collection::vec(
                prop::collection::vec(
                    prop::sample::select(vec![
                        "![", "[", "](http://e)", "![x](y)", "<img src=x>", "<a title=\"", "\">", "<!--",
                        "-->", "<script>", "</script>", "`", "``", "```", "~~~", "\n", "\n\n", "\\", "    ",
                        "> ", "- ", "1. ", "|a|\n|-|\n|", "<div>", "<", ">", "a", "[x]: http://e", "![x]",
                        "<?", "<![CDATA[", "]]>", "# ", "\t", "\r",
                    ]),
                    0..12,
                ),
                1..4,
            ),
        ) {
            let mut file = String::from("# Title\n\n");
            for text in &texts {
                file.push_str(&format!("## You\n\n{}\n\n", disarmed(text.concat().trim())));
            }
            prop_assert_eq!(live(&file), Vec::<String>::new(), "{}", file);
        }

        #[test]
        fn a_line_of_ours_holds_words_only(text in "[a!\\[\\]()<>`\\\\*&;/:= ]{0,20}") {
            let file = format!("# {}\n", plain(&text));
            prop_assert_eq!(live(&file), Vec::<String>::new(), "{}", file);
        }
    }
}
