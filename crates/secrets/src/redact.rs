//! Puts `[secret: RULE]` where something looks like a secret. A text that was read once is
//! left as it is when it is read again, also by a version with other rules.

use std::ops::Range;

use crate::{Rule, Scanner, rules};

/// No secret is found in a text of fewer bytes.
pub const SHORTEST: usize = 12;

const OPEN: &str = "[secret: ";
const CLOSE: &str = "]";

/// How often a text is looked at: what stood beside a secret may be one by itself. Twice
/// does for all but texts that are made to need more.
const ROUNDS: usize = 8;

impl Scanner {
    /// `text` with `[secret: RULE]` in the place of everything that looks like a secret;
    /// none if nothing does. `tell` hears of each: its rule, and what it was.
    ///
    /// ```
    /// let scanner = driftline_secrets::Scanner::new()?;
    /// let line = format!("export GITHUB_TOKEN=ghp_{}", "a1B2c3".repeat(6));
    /// let told = scanner.redact(&line, &mut |_, _| ());
    /// assert_eq!(told.as_deref(), Some("export GITHUB_TOKEN=[secret: github-token]"));
    /// # Ok::<(), driftline_secrets::Error>(())
    /// ```
    pub fn redact(&self, text: &str, tell: &mut dyn FnMut(&'static Rule, &str)) -> Option<String> {
        let mut done = None;
        for _ in 0..ROUNDS {
            let here = done.as_deref().unwrap_or(text);
            let places = self.places(here);
            if places.is_empty() {
                break;
            }
            let (mut out, mut from) = (String::with_capacity(here.len()), 0);
            for (rule, at) in places {
                tell(rule, here.get(at.clone()).unwrap_or_default());
                out.push_str(here.get(from..at.start).unwrap_or_default());
                out.push_str(&mark(rule));
                from = at.end;
            }
            out.push_str(here.get(from..).unwrap_or_default());
            done = Some(out);
        }
        done
    }

    /// What is to be replaced, in order: whole, where several rules match parts of it.
    fn places(&self, text: &str) -> Vec<(&'static Rule, Range<usize>)> {
        if text.len() < SHORTEST {
            return Vec::new();
        }
        let mut found = self.matches(text);
        if found.is_empty() {
            return Vec::new();
        }
        let marks = marks(text);
        found.retain_mut(|(_, at)| {
            at.end += rest_of_word(text.get(at.end..).unwrap_or_default());
            !covered(at, &marks)
        });
        found.sort_by_key(|(rule, at)| (at.start, *rule));
        let mut all: Vec<(usize, Range<usize>)> = Vec::new();
        for (rule, at) in found {
            match all.last_mut() {
                // What says more comes first in the list of rules.
                Some((known, last)) if at.start < last.end => {
                    *known = rule.min(*known);
                    last.end = last.end.max(at.end);
                }
                _ => all.push((rule, at)),
            }
        }
        all.into_iter().filter_map(|(rule, at)| Some((self.rule(rule)?, at))).collect()
    }
}

/// What stands for a secret that `rule` found.
pub fn mark(rule: &Rule) -> String {
    format!("{OPEN}{}{CLOSE}", rule.id)
}

/// Where secrets were replaced before.
fn marks(text: &str) -> Vec<Range<usize>> {
    let mark = |start: usize| {
        let rest = text.get(start + OPEN.len()..)?;
        let rule = rules()
            .find(|it| rest.strip_prefix(it.id).is_some_and(|behind| behind.starts_with(CLOSE)))?;
        Some(start..start + OPEN.len() + rule.id.len() + CLOSE.len())
    };
    text.match_indices(OPEN).filter_map(|(start, _)| mark(start)).collect()
}

/// Whether `at` takes in nothing beside what was replaced before. If it takes in part of a
/// mark and more, it is made to take in all of the mark.
fn covered(at: &mut Range<usize>, marks: &[Range<usize>]) -> bool {
    let (found, mut beside) = (at.clone(), at.len());
    let first = marks.partition_point(|it| it.end <= found.start);
    for mark in marks.iter().skip(first).take_while(|it| it.start < found.end) {
        beside -= mark.end.min(found.end) - mark.start.max(found.start);
        *at = at.start.min(mark.start)..at.end.max(mark.end);
    }
    beside == 0
}

/// How far a word goes on: a rule may end within it.
fn rest_of_word(text: &str) -> usize {
    text.bytes().take_while(|it| it.is_ascii_alphanumeric() || *it == b'_').count()
}
