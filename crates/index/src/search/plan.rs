//! From what was typed to what the index is asked. Every word that a person typed is
//! quoted; the operators are ours.

use rusqlite::Connection;

use crate::{
    Scope,
    letters::{alone, fold, in_word, spread},
    names::{self, Kind},
    narrow::{Sessions, named},
    query::{Key, Narrow, Query, Term},
    trouble::Trouble,
};

/// Letters of a beginning up to which the index has a list of its own for it.
const LISTED: usize = 3;
/// How many words a longer beginning may stand for before they are not looked up one
/// by one.
const ENDINGS: usize = 64;
/// What the index is asked.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The expression for the words.
    pub(crate) expression: String,
    /// Each clause alone, with what was typed: to tell which of them nothing has.
    pub(crate) alone: Vec<(String, String)>,
    /// What sessions have to be, in SQL over `shown`.
    pub(crate) sessions: Sessions,
}

impl Plan {
    /// Plans a search. `since` is from when on a session that nobody read is new.
    pub(crate) fn of(index: &Connection, query: &Query, since: i64) -> Result<Self, Trouble> {
        let (mut all, mut none, mut facts) = (Vec::new(), Vec::new(), Vec::new());
        let mut each = Vec::new();
        for clause in &query.clauses {
            let any = clause.any.iter().map(|it| term(index, it, query.scopes()));
            let any = any.collect::<rusqlite::Result<Vec<_>>>()?.join(" OR ");
            let typed = clause.any.iter().map(|it| it.text.as_str()).collect::<Vec<_>>();
            match clause.not {
                true => none.push(format!("({any})")),
                false => {
                    each.push((format!("({any})"), typed.join(" OR ")));
                    all.push(format!("({any})"));
                }
            }
        }
        for narrow in &query.narrow {
            if let Some(words) = row_words(index, query, narrow)? {
                let expression = facets(&words);
                match narrow.not {
                    true => none.push(expression),
                    false => facts.push(expression),
                }
            }
        }
        let sessions = Sessions::of(index, query, since)?;
        if let Some(few) = sessions.few(index)? {
            facts.push(facets(&few));
        }
        if all.is_empty() && facts.is_empty() {
            let entities = names::all(index, Kind::Entity)?;
            let words: Vec<_> = entities.into_iter().map(|(it, _)| names::word(it)).collect();
            facts.push(facets(&words));
        }
        let mut expression = all.iter().chain(&facts).cloned().collect::<Vec<_>>().join(" AND ");
        if !none.is_empty() {
            expression = format!("({expression}) NOT ({})", none.join(" OR "));
        }
        Ok(Self { expression, alone: each, sessions })
    }
}

/// An expression for one term.
fn term(index: &Connection, term: &Term, scopes: &[Scope]) -> rusqlite::Result<String> {
    let scopes = term.scope.as_ref().map_or(scopes, std::slice::from_ref);
    let columns: Vec<_> = scopes.iter().map(|it| it.name()).collect();
    let text = spread(&term.text);
    let one_word = text.chars().all(in_word) && !term.text.contains(alone);
    let words = match term.prefix {
        false => quoted(&text),
        true if one_word && text.chars().count() > LISTED => match endings(index, &fold(&text))? {
            Some(words) => words.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(" OR "),
            None => format!("{} *", quoted(&text)),
        },
        true => format!("{} *", quoted(&text)),
    };
    Ok(format!("{{{}}} : ({words})", columns.join(" ")))
}

/// The words that begin like this, if they are few. Looking for each of them goes from
/// new to old; a beginning as such would be gathered from all rows first.
fn endings(index: &Connection, start: &str) -> rusqlite::Result<Option<Vec<String>>> {
    // The vocabulary has a line for every place of a word, and looks at all of them for
    // what is greater; what is at least the next possible word is found at once.
    let mut next = index.prepare_cached("SELECT term FROM vocabulary WHERE term >= ?1 LIMIT 1")?;
    let mut words = vec![start.to_owned()];
    let mut at = format!("{start}\0");
    while words.len() <= ENDINGS {
        let found = next.query_map([&at], |row| row.get(0))?.next().transpose()?;
        let Some(word) = found.filter(|it: &String| it.starts_with(start)) else {
            return Ok(Some(words));
        };
        at = format!("{word}\0");
        words.push(word);
    }
    Ok(None)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace(['"', '\0'], " "))
}

/// Rows with one of these words about them; none, if there are no words.
fn facets(words: &[String]) -> String {
    let mut words: Vec<_> = words.iter().map(|it| quoted(it)).collect();
    if words.is_empty() {
        words.push(quoted(""));
    }
    format!("{{facet}} : ({})", words.join(" OR "))
}

/// The words of the rows that are what `narrow` says; none if it is about sessions.
fn row_words(
    index: &Connection,
    query: &Query,
    narrow: &Narrow,
) -> Result<Option<Vec<String>>, Trouble> {
    let kind = match narrow.key {
        Key::Tool => Kind::Tool,
        Key::Model => Kind::Model,
        Key::Role => {
            let number = names::number(index, Kind::Role, &narrow.value)?;
            return Ok(Some(vec![names::word(number.unwrap_or_default())]));
        }
        Key::Is => {
            return Ok(match narrow.value.as_str() {
                "failed" => Some(vec![names::FAILED.into()]),
                "subagent" => Some(vec![names::SUBAGENT.into()]),
                _ => None,
            });
        }
        Key::Workspace | Key::Agent => return Ok(None),
    };
    let all = names::all(index, kind)?;
    let known: Vec<(String, String)> =
        all.into_iter().map(|(number, name)| (names::word(number), name)).collect();
    Ok(Some(named(query, narrow, &known)?))
}
