//! Finds what looks like a key or a password in texts: people paste them into prompts, and
//! agents print them. It says which rule matched and where, so that it can be counted, or
//! replaces it ([`Scanner::redact`]); no type here holds or shows what was found.
//!
//! A rule is a line in `rules/`. It is tried only on texts that hold one of its words, so
//! that reading a hundred megabytes takes about a second.
//!
//! ```
//! let scanner = driftline_secrets::Scanner::new()?;
//! let line = format!("export GITHUB_TOKEN=ghp_{}", "a1B2c3".repeat(6));
//! let found = scanner.scan(&line);
//! assert_eq!(found[0].rule.id, "github-token");
//! assert_eq!(&line[..found[0].at.start], "export GITHUB_TOKEN=");
//! # Ok::<(), driftline_secrets::Error>(())
//! ```

mod escaped;
mod judge;
mod redact;
mod rule;
mod rules;

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::bytes::{Regex, RegexBuilder};

use self::escaped::Plain;
pub use self::{
    redact::{SHORTEST, mark},
    rule::Rule,
};

/// The version of the rules and of what is done with them. Whoever reads texts with rules
/// of another version than before may find more in them.
pub const VERSION: u8 = 1;

/// Something that looks like a secret.
#[derive(Clone, Debug)]
pub struct Found {
    /// By which rule.
    pub rule: &'static Rule,
    /// Where in the text.
    pub at: Range<usize>,
}

/// A rule that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the rule `{rule}` for secrets cannot be used: {reason}; please report it")]
pub struct Error {
    rule: &'static str,
    reason: String,
}

/// All rules, ready to be used.
#[derive(Debug)]
pub struct Scanner {
    words: AhoCorasick,
    /// For each word, its rule.
    rule_of: Vec<usize>,
    rules: Vec<(&'static Rule, Regex)>,
}

impl Scanner {
    /// Prepares all rules, which takes a few milliseconds.
    ///
    /// # Errors
    /// When a rule of this crate is wrong, which its tests would have said.
    pub fn new() -> Result<Self, Error> {
        let mut rules = Vec::new();
        let (mut words, mut rule_of) = (Vec::<&str>::new(), Vec::new());
        for rule in rules::all() {
            let built = RegexBuilder::new(rule.pattern).unicode(false).build();
            let regex = built.map_err(|it| Error { rule: rule.id, reason: it.to_string() })?;
            words.extend(rule.words);
            rule_of.extend(rule.words.iter().map(|_| rules.len()));
            rules.push((rule, regex));
        }
        let words = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            // Most of the time goes into this pass, so it may take half a megabyte.
            .kind(Some(AhoCorasickKind::DFA))
            .build(words);
        let words = words.map_err(|it| Error { rule: "all", reason: it.to_string() })?;
        Ok(Self { words, rule_of, rules })
    }

    /// What looks like a secret in `text`, in order. Nothing is found twice: what several
    /// rules match goes to the one that is listed first.
    pub fn scan(&self, text: &str) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        for (rule, at) in self.matches(text) {
            let taken = all.iter().any(|it| it.at.start < at.end && at.start < it.at.end);
            if !taken && let Some(rule) = self.rule(rule) {
                all.push(Found { rule, at });
            }
        }
        all.sort_by_key(|it| it.at.start);
        all
    }

    fn rule(&self, index: usize) -> Option<&'static Rule> {
        self.rules.get(index).map(|it| it.0)
    }

    /// What each rule finds, by its place in the list of rules.
    fn matches(&self, text: &str) -> Vec<(usize, Range<usize>)> {
        let mut all = Vec::new();
        let mut tried = self.tried(text);
        // An escape hides where a word begins; only one of these can stand within one.
        let within = ["\\u", "\\/"].iter().any(|it| text.contains(it));
        if !within && !tried.contains(&true) {
            return all;
        }
        self.find(text, &tried, &mut |rule, at| all.push((rule, at)));
        if let Some(plain) = Plain::of(text) {
            if within {
                tried = self.tried(&plain.text);
            }
            self.find(&plain.text, &tried, &mut |rule, at| all.push((rule, plain.original(at))));
            all.sort_by_key(|(rule, at)| (*rule, at.start, at.end));
            all.dedup();
        }
        all
    }

    /// Which rules have a word in `text`.
    fn tried(&self, text: &str) -> Vec<bool> {
        let mut tried = vec![false; self.rules.len()];
        for word in self.words.find_overlapping_iter(text) {
            if let Some(rule) = self.rule_of.get(word.pattern().as_usize())
                && let Some(tried) = tried.get_mut(*rule)
            {
                *tried = true;
            }
        }
        tried
    }

    /// What the rules find that are tried.
    fn find(&self, text: &str, tried: &[bool], tell: &mut dyn FnMut(usize, Range<usize>)) {
        let rules = self.rules.iter().zip(tried).enumerate();
        for (index, ((rule, regex), _)) in rules.filter(|(_, (_, tried))| **tried) {
            for found in regex.captures_iter(text.as_bytes()) {
                let Some(value) = found.get(1).or_else(|| found.get(0)) else { continue };
                let at = value.range();
                // What begins or ends within a character is no secret.
                if text.get(at.clone()).is_some_and(|it| judge::is_likely(it, rule.proof)) {
                    tell(index, at);
                }
            }
        }
    }
}

/// Every rule there is.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::all()
}
