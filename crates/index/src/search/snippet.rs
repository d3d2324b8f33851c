//! A few words around a hit. Marks are data: whoever shows them decides how.

use std::ops::Range;

use crate::{
    Scope,
    letters::{alone, folded, in_word},
    query::Query,
};

/// Letters of a snippet.
const LENGTH: usize = 180;
/// Letters before the first hit.
const BEFORE: usize = 50;
/// Letters of a text that are looked through.
const FAR: usize = 256 << 10;

/// A few words around a hit, on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Snippet {
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// Whether the text begins before it.
    pub cut_before: bool,
    /// Whether the text goes on after it.
    pub cut_after: bool,
}

/// A part of a snippet.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Part {
    /// What it says.
    pub text: String,
    /// Whether it was searched for.
    pub hit: bool,
}

/// The words that a search marks: each as a row of folded words, the last of which may
/// go on.
#[derive(Debug)]
pub(crate) struct Marks(Vec<(Vec<String>, bool, Option<Scope>)>);

impl Marks {
    pub(crate) fn of(query: &Query) -> Self {
        let terms = query.clauses.iter().filter(|it| !it.not).flat_map(|it| &it.any);
        let rows = terms.map(|it| {
            let words = words(&it.text).into_iter().map(|(_, word)| word);
            (words.collect(), it.prefix, it.scope)
        });
        Self(rows.filter(|(words, ..): &(Vec<String>, _, _)| !words.is_empty()).collect())
    }

    /// Where in a text what is searched for stands, and how many of the terms do.
    pub(crate) fn find(&self, text: &str, scope: Scope) -> (Vec<Range<usize>>, usize) {
        let words = words(text);
        let mut found = Vec::new();
        let mut terms = 0;
        for (wanted, prefix, only) in &self.0 {
            if only.is_some_and(|it| it != scope) {
                continue;
            }
            let before = found.len();
            for start in 0..words.len() {
                if begins(&words[start..], wanted, *prefix) {
                    let end = words[start + wanted.len() - 1].0.end;
                    found.push(words[start].0.start..end);
                }
            }
            terms += usize::from(found.len() > before);
        }
        found.sort_by_key(|it| (it.start, it.end));
        found.dedup_by(|next, kept| {
            let meets = next.start < kept.end;
            if meets {
                kept.end = kept.end.max(next.end);
            }
            meets
        });
        (found, terms)
    }
}

fn begins(words: &[(Range<usize>, String)], wanted: &[String], prefix: bool) -> bool {
    words.len() >= wanted.len()
        && wanted.iter().enumerate().all(|(at, word)| {
            let last = at + 1 == wanted.len();
            if prefix && last { words[at].1.starts_with(word) } else { words[at].1 == *word }
        })
}

/// The words of a text, folded, with their places in bytes.
fn words(text: &str) -> Vec<(Range<usize>, String)> {
    let mut words: Vec<(Range<usize>, String)> = Vec::new();
    let mut open = false;
    for (at, letter) in text.char_indices().take_while(|(at, _)| *at < FAR) {
        let end = at + letter.len_utf8();
        if !in_word(letter) {
            open = false;
        } else if alone(letter) {
            words.push((at..end, folded(letter).collect()));
            open = false;
        } else if let Some((place, word)) = words.last_mut().filter(|_| open) {
            place.end = end;
            word.extend(folded(letter));
        } else {
            words.push((at..end, folded(letter).collect()));
            open = true;
        }
    }
    words
}

impl Snippet {
    /// A few words of `text` around the first place where several of `hits` are near
    /// each other.
    pub(crate) fn of(text: &str, hits: &[Range<usize>]) -> Self {
        let start = densest(hits).map_or(0, |it| back(text, it, BEFORE));
        let end = forth(text, start, LENGTH);
        let mut parts = Vec::new();
        let mut at = start;
        for hit in hits.iter().filter(|it| it.start >= start && it.start < end) {
            push(&mut parts, &text[at..hit.start], false);
            let stop = hit.end.min(end);
            push(&mut parts, &text[hit.start..stop], true);
            at = stop;
        }
        push(&mut parts, &text[at.min(end)..end], false);
        Self { parts, cut_before: start > 0, cut_after: end < text.len() }
    }
}

/// Where the first of the most hits within one snippet begins.
fn densest(hits: &[Range<usize>]) -> Option<usize> {
    let within = |from: usize| {
        hits[from..].iter().take_while(|it| it.start < hits[from].start + LENGTH / 2).count()
    };
    let best = (0..hits.len().min(200)).max_by_key(|from| (within(*from), usize::MAX - from))?;
    Some(hits[best].start)
}

/// A place about `letters` before `from`, at the beginning of a word if one is near.
fn back(text: &str, from: usize, letters: usize) -> usize {
    let far = text[..from].char_indices().rev().take(letters).last().map_or(from, |(at, _)| at);
    if far == 0 {
        return 0;
    }
    text[far..from]
        .find(char::is_whitespace)
        .map_or(far, |it| far + it + text[far + it..].chars().next().map_or(0, char::len_utf8))
}

fn forth(text: &str, from: usize, letters: usize) -> usize {
    text[from..].char_indices().nth(letters).map_or(text.len(), |(at, _)| from + at)
}

/// Adds a part, with every run of space as one.
fn push(parts: &mut Vec<Part>, text: &str, hit: bool) {
    let mut line = String::with_capacity(text.len());
    let mut space = parts.is_empty();
    for letter in text.chars() {
        if letter.is_whitespace() {
            if !space {
                line.push(' ');
            }
            space = true;
        } else {
            line.push(letter);
            space = false;
        }
    }
    if !line.is_empty() {
        parts.push(Part { text: line, hit });
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::query::Clock;

    fn shown(query: &str, text: &str) -> String {
        let clock = Clock { now: 0, zone: TimeZone::UTC };
        let query = Query::parse(query, &clock).unwrap();
        let (hits, _) = Marks::of(&query).find(text, Scope::Reply);
        let snippet = Snippet::of(text, &hits);
        let part = |it: &Part| if it.hit { format!("[{}]", it.text) } else { it.text.clone() };
        let parts: String = snippet.parts.iter().map(part).collect();
        let cut = |it: bool| if it { "…" } else { "" };
        format!("{}{parts}{}", cut(snippet.cut_before), cut(snippet.cut_after))
    }

    #[test]
    fn hits_are_marked_as_the_index_finds_them() {
        assert_eq!(shown("cafe", "A CAFÉ,\n  cafes"), "A [CAFÉ], cafes");
        assert_eq!(shown("caf*", "A café, cafes"), "A [café], [cafes]");
        assert_eq!(
            shown("\"open remote\"", "open_remote opens remote"),
            "[open_remote] opens remote"
        );
        assert_eq!(shown("索引", "検索引数"), "検[索引]数");
        assert_eq!(shown("title:x x", "x"), "[x]");
        assert_eq!(shown("<b> -b", "<b>x</b>"), "<[b]>x</[b]>");
    }

    #[test]
    fn a_long_text_is_cut_around_the_hits() {
        let text = format!(
            "{} needle one {} needle needle two {}",
            "a ".repeat(400),
            "b ".repeat(400),
            "c ".repeat(400)
        );
        let shown = shown("needle", &text);
        assert!(shown.starts_with("…b b") && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("[needle] [needle] two"), "{shown}");
        assert!(shown.chars().count() < 200, "{shown}");
    }
}
