//! What somebody typed, taken apart. It is the same in a search, in the filter of a
//! list and on a command line.

use super::{
    Clock, Misread,
    parts::{Part, parts, weight},
    terms::{Clause, KEYS, Key, Narrow, Query, ROLES, STATES, Term},
    time,
};
use crate::{Scope, letters::in_word};

/// The most words and keys of a search: each costs a walk through the index, and again
/// through every text that is shown.
pub(super) const MOST: usize = 64;

impl Query {
    /// Takes apart what somebody typed.
    ///
    /// # Errors
    /// [`Misread`], which says where and what is accepted.
    pub fn parse(typed: &str, clock: &Clock) -> Result<Self, Misread> {
        Self::read(typed, clock, false)
    }

    /// As [`Self::parse`], while somebody types: the last word may go on.
    ///
    /// # Errors
    /// [`Misread`], which says where and what is accepted.
    pub fn typing(typed: &str, clock: &Clock) -> Result<Self, Misread> {
        Self::read(typed, clock, true)
    }

    /// What was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether it asks for everything.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
            && self.narrow.is_empty()
            && self.from.is_none()
            && self.to.is_none()
    }

    /// The scopes that words are looked for in.
    pub fn scopes(&self) -> &[Scope] {
        if self.scopes.is_empty() { &Scope::USUAL } else { &self.scopes }
    }

    fn read(typed: &str, clock: &Clock, typing: bool) -> Result<Self, Misread> {
        let mut query = Self { typed: typed.to_owned(), ..Self::default() };
        let mut or = false;
        let parts = parts(typed);
        let last = parts.len().saturating_sub(1);
        let mut words = 0;
        for (number, part) in parts.into_iter().enumerate() {
            let plain = part.key.is_none() && !part.quoted && !part.not && !part.star;
            if plain && part.value == "OR" && !query.clauses.is_empty() {
                or = true;
                continue;
            }
            words += weight(&part);
            if words > MOST {
                let place = part.place.start..typed.len();
                let reason = format!("a search has at most {MOST} words; this is one too many");
                return Err(Misread::new(typed, place, reason, [] as [&str; 0]));
            }
            let joins = std::mem::take(&mut or);
            let Some(key) = part.key else {
                let goes_on = typing
                    && number == last
                    && !part.quoted
                    && !part.not
                    && part.place.end == typed.len()
                    && part.value.chars().filter(|it| in_word(*it)).nth(1).is_some();
                let term =
                    Term { text: part.value.to_owned(), prefix: part.star || goes_on, scope: None };
                query.word(term, part.not, joins);
                continue;
            };
            query.keyed(key, &part, clock)?;
        }
        Ok(query)
    }

    fn word(&mut self, term: Term, not: bool, joins: bool) {
        if !term.text.contains(in_word) {
            return;
        }
        match self.clauses.last_mut().filter(|it| joins && it.not == not) {
            Some(clause) => clause.any.push(term),
            None => self.clauses.push(Clause { any: vec![term], not }),
        }
    }

    fn keyed(&mut self, key: &str, part: &Part<'_>, clock: &Clock) -> Result<(), Misread> {
        let place = part.place.clone();
        let typed = self.typed.clone();
        let wrong = |reason: String, accepted: &[&str]| {
            Err(Misread::new(&typed, place.clone(), reason, accepted.iter().copied()))
        };
        let one_of = |accepted: &[&str]| match accepted.contains(&part.value) {
            true => Ok(()),
            false => wrong(format!("`{key}:` does not take `{}`", short(part.value)), accepted),
        };
        let narrow = match key {
            "tool" => Key::Tool,
            "role" => {
                one_of(&ROLES)?;
                Key::Role
            }
            "model" => Key::Model,
            "workspace" | "ws" => Key::Workspace,
            "agent" => Key::Agent,
            "is" => {
                one_of(&STATES)?;
                Key::Is
            }
            "in" => {
                if part.not {
                    return wrong("`in:` takes no minus; name the scopes you want".into(), &[]);
                }
                for name in part.value.split(',') {
                    match (name, Scope::named(name)) {
                        ("all", _) => self.scopes = Scope::ALL.to_vec(),
                        (_, Some(scope)) => self.scopes.push(scope),
                        _ => {
                            let all = Scope::ALL.map(Scope::name);
                            let accepted: Vec<&str> = all.into_iter().chain(["all"]).collect();
                            let reason = format!("`in:` does not take `{}`", short(name));
                            return wrong(reason, &accepted);
                        }
                    }
                }
                return Ok(());
            }
            "title" => {
                let (text, prefix) = (part.value.to_owned(), part.star);
                self.word(Term { text, prefix, scope: Some(Scope::Title) }, part.not, false);
                return Ok(());
            }
            "before" | "after" | "on" => {
                let Some(range) = clock.read(part.value).filter(|_| !part.not) else {
                    let reason = format!("`{key}:` does not take `{}`", short(part.value));
                    return wrong(reason, &time::ACCEPTED);
                };
                let later = |old: Option<i64>, new: i64| Some(old.map_or(new, |it| it.max(new)));
                let sooner = |old: Option<i64>, new: i64| Some(old.map_or(new, |it| it.min(new)));
                if key != "before" {
                    self.from = later(self.from, range.start);
                }
                match key {
                    "before" => self.to = sooner(self.to, range.start),
                    "on" => self.to = sooner(self.to, range.end),
                    _ => (),
                }
                return Ok(());
            }
            _ => {
                let reason = format!(
                    "there is no key `{}:`; to search for it as it is, put it in quotes",
                    short(key)
                );
                return wrong(reason, &KEYS);
            }
        };
        if part.value.is_empty() {
            return wrong(format!("`{key}:` needs a value right behind it"), &[]);
        }
        self.narrow.push(Narrow {
            key: narrow,
            value: part.value.to_owned(),
            not: part.not,
            place,
        });
        Ok(())
    }
}

fn short(text: &str) -> String {
    driftline_core::excerpt(text)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn clock() -> Clock {
        Clock { now: 1_795_348_800_000, zone: TimeZone::UTC }
    }

    fn parse(typed: &str) -> Query {
        Query::parse(typed, &clock()).unwrap()
    }

    fn words(query: &Query) -> Vec<String> {
        let term = |it: &Term| format!("{}{}", it.text, if it.prefix { "*" } else { "" });
        let clause = |it: &Clause| {
            let any: Vec<_> = it.any.iter().map(term).collect();
            format!("{}{}", if it.not { "-" } else { "" }, any.join("|"))
        };
        query.clauses.iter().map(clause).collect()
    }

    #[test]
    fn words_phrases_and_their_opposites() {
        let query = parse(r#"one "two three" -four pre* -"five six" "se ven"* a OR b c"#);
        let wanted = ["one", "two three", "-four", "pre*", "-five six", "se ven*", "a|b", "c"];
        assert_eq!(words(&query), wanted);
        assert_eq!(words(&parse("\"never closed")), ["never closed"]);
        assert!(parse("  - * \" \" ( ) OR").clauses.iter().all(|it| it.any[0].text == "OR"));
        assert!(parse("").is_empty());
    }

    #[test]
    fn what_only_looks_like_a_key_is_a_word() {
        let query = parse("std::fmt http://a.b src/main.rs:42 E0425: note: C:\\x \"error: b\"");
        assert_eq!(words(&query).len(), 7);
        assert!(query.narrow.is_empty());
    }

    #[test]
    fn keys_narrow() {
        let query =
            parse("tool:Bash -role:user ws:\"my repo\" in:output,tool after:7d before:2026-11-20");
        let narrow: Vec<_> =
            query.narrow.iter().map(|it| (it.key, it.value.as_str(), it.not)).collect();
        let wanted = [
            (Key::Tool, "Bash", false),
            (Key::Role, "user", true),
            (Key::Workspace, "my repo", false),
        ];
        assert_eq!(narrow, wanted);
        assert_eq!(query.scopes(), [Scope::Output, Scope::Tool]);
        assert!(query.from.unwrap() < query.to.unwrap());
        assert_eq!(parse("x").scopes(), Scope::USUAL);
        assert_eq!(parse("in:all x").scopes(), Scope::ALL);
        assert_eq!(parse("title:parser").clauses[0].any[0].scope, Some(Scope::Title));
        let day = parse("on:yesterday");
        assert_eq!(day.to.unwrap() - day.from.unwrap(), 86_400_000);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_what_is_accepted() {
        for (typed, part, accepted) in [
            ("é colour:red", "colour:red", "tool:"),
            ("a role:nobody", "role:nobody", "assistant"),
            ("is:odd", "is:odd", "unread"),
            ("in:nowhere b", "in:nowhere", "thinking"),
            ("after:soon", "after:soon", "yesterday"),
            ("-before:7d", "-before:7d", "2026-11"),
            ("localhost:80", "localhost:80", "model:"),
        ] {
            let wrong = Query::parse(typed, &clock()).unwrap_err();
            assert_eq!(wrong.part(), part, "{typed}");
            assert!(wrong.accepted.iter().any(|it| it == accepted), "{wrong}");
            assert!(wrong.to_string().contains("letter"), "{wrong}");
        }
        assert_eq!(Query::parse("x tool: y", &clock()).unwrap_err().part(), "tool:");
    }

    #[test]
    fn a_search_of_thousands_of_words_is_refused_with_the_reason() {
        let many = |part: &str| part.repeat(8_000);
        for typed in [
            many("a OR "),
            many("a* "),
            many("-a "),
            many("tool:x "),
            many("after:7d "),
            format!("\"{}\"", many("a ")),
            many("索"),
            many("a-"),
        ] {
            let wrong = Query::parse(&typed, &clock()).unwrap_err();
            assert!(wrong.reason.contains("at most 64 words"), "{}", wrong.reason);
        }
        assert_eq!(parse(&"a OR ".repeat(MOST)).clauses[0].any.len(), MOST);
    }

    #[test]
    fn the_last_word_may_go_on_while_somebody_types() {
        let typing = |typed: &str| words(&Query::typing(typed, &clock()).unwrap());
        assert_eq!(typing("find curs"), ["find", "curs*"]);
        assert_eq!(typing("find curs "), ["find", "curs"]);
        assert_eq!(typing("find c"), ["find", "c"]);
        assert_eq!(typing("find \"curs\""), ["find", "curs"]);
        assert_eq!(typing("find -curs"), ["find", "-curs"]);
    }
}
