//! From what was typed to what the index is asked. Every word that a person typed is
//! quoted; the operators are ours.

use rusqlite::{Connection, params_from_iter, types::Value as Sql};

use super::{
    Misread, Query, Scope,
    fold::{alone, fold, in_word, spread},
    grammar::{Key, Narrow, Term},
};
use crate::index::names::{self, Kind};

/// Letters of a beginning up to which the index has a list of its own for it.
const LISTED: usize = 3;
/// How many words a longer beginning may stand for before they are not looked up one
/// by one.
const ENDINGS: usize = 64;
/// How many sessions are named to the index one by one.
const NAMED: usize = 64;
/// How many names an error lists.
const SHOWN: usize = 12;

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

/// What sessions have to be, in SQL over a table called `shown`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    pub(crate) sql: String,
    pub(crate) values: Vec<Sql>,
}

/// Why there is no plan.
pub(crate) enum Problem {
    Query(Misread),
    File(rusqlite::Error),
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::File(error)
    }
}

impl Plan {
    /// Plans a search. `since` is from when on a session that nobody read is new.
    pub(crate) fn of(index: &Connection, query: &Query, since: i64) -> Result<Self, Problem> {
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

impl Sessions {
    /// What the sessions of a search, or of a list, have to be.
    pub(crate) fn of(index: &Connection, query: &Query, since: i64) -> Result<Self, Problem> {
        let mut these = Self::default();
        for narrow in &query.narrow {
            let (sql, values) = match (narrow.key, narrow.value.as_str()) {
                (Key::Workspace, _) => workspaces(index, query, narrow)?,
                (Key::Agent, _) => agents(index, query, narrow)?,
                (Key::Is, "unread") => (UNREAD.into(), vec![Sql::Integer(since)]),
                (Key::Is, "pinned") => ("shown.pinned = 1".into(), Vec::new()),
                (Key::Is, "archived") => ("shown.archived = 1".into(), Vec::new()),
                (Key::Is, "open") => ("shown.archived = 0".into(), Vec::new()),
                _ => continue,
            };
            let not = if narrow.not { "NOT " } else { "" };
            these.sql.push_str(&format!(" AND {not}({sql})"));
            these.values.extend(values);
        }
        Ok(these)
    }

    /// The words of these sessions if they are few enough to be named.
    fn few(&self, index: &Connection) -> rusqlite::Result<Option<Vec<String>>> {
        if self.sql.is_empty() {
            return Ok(None);
        }
        let sql = format!(
            "SELECT own.number FROM sessions AS own JOIN sessions AS shown \
             ON shown.number = own.stands WHERE shown.known = 1 AND shown.hidden = 0{} LIMIT {}",
            self.sql,
            NAMED + 1
        );
        let mut select = index.prepare_cached(&sql)?;
        let numbers = select.query_map(params_from_iter(&self.values), |row| row.get(0))?;
        let mut words: Vec<String> =
            numbers.map(|it| it.map(names::session_word)).collect::<rusqlite::Result<_>>()?;
        if words.is_empty() {
            // A word that nothing has.
            words.push(names::session_word(0));
        }
        Ok((words.len() <= NAMED).then_some(words))
    }
}

/// A session with messages that nobody has read: later than it was last read, and not
/// so old that nobody will.
pub(crate) const UNREAD: &str = "shown.unread > 0 AND (shown.read_at IS NOT NULL \
                                 OR shown.last_at >= ?)";

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
) -> Result<Option<Vec<String>>, Problem> {
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

fn workspaces(
    index: &Connection,
    query: &Query,
    narrow: &Narrow,
) -> Result<(String, Vec<Sql>), Problem> {
    let mut select = index.prepare_cached(
        "SELECT id, name || char(10) || path, name FROM workspaces ORDER BY name",
    )?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    };
    let all: Vec<_> = select.query_map([], read)?.collect::<rusqlite::Result<_>>()?;
    let wanted = fold(&narrow.value);
    let is = |text: &str| text.split('\n').any(|it| fold(it) == wanted);
    let has = |text: &str| fold(text).contains(&wanted);
    let mut ids: Vec<_> = all.iter().filter(|it| is(&it.1)).collect();
    if ids.is_empty() {
        ids = all.iter().filter(|it| has(&it.1)).collect();
    }
    if ids.is_empty() {
        return Err(unknown(query, narrow, all.iter().map(|it| it.2.as_str())));
    }
    let marks = vec!["?"; ids.len()].join(", ");
    let values = ids.into_iter().map(|it| Sql::Blob(it.0.clone())).collect();
    Ok((format!("coalesce(shown.workspace, x'') IN ({marks})"), values))
}

fn agents(
    index: &Connection,
    query: &Query,
    narrow: &Narrow,
) -> Result<(String, Vec<Sql>), Problem> {
    let mut select =
        index.prepare_cached("SELECT DISTINCT source FROM sessions WHERE source IS NOT NULL")?;
    let all: Vec<String> =
        select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let known: Vec<_> = all.into_iter().map(|it| (it.clone(), it)).collect();
    let found = named(query, narrow, &known)?;
    let marks = vec!["?"; found.len()].join(", ");
    let values = found.into_iter().map(Sql::Text).collect();
    Ok((format!("coalesce(shown.source, '') IN ({marks})"), values))
}

/// Those of `known` (each with its name) that are called what was typed; if there are
/// none, those whose names have it in them.
fn named<T: Clone>(
    query: &Query,
    narrow: &Narrow,
    known: &[(T, String)],
) -> Result<Vec<T>, Problem> {
    let wanted = fold(&narrow.value);
    let pick = |test: &dyn Fn(&str) -> bool| -> Vec<T> {
        known.iter().filter(|(_, name)| test(&fold(name))).map(|(it, _)| it.clone()).collect()
    };
    let mut found = pick(&|name| name == wanted);
    if found.is_empty() {
        found = pick(&|name| name.contains(&wanted));
    }
    if found.is_empty() {
        return Err(unknown(query, narrow, known.iter().map(|(_, name)| name.as_str())));
    }
    Ok(found)
}

fn unknown<'a>(query: &Query, narrow: &Narrow, known: impl Iterator<Item = &'a str>) -> Problem {
    let what = match narrow.key {
        Key::Tool => "tool",
        Key::Model => "model",
        Key::Workspace => "workspace",
        _ => "agent",
    };
    let mut known: Vec<String> = known.map(driftline_core::excerpt).collect();
    known.sort();
    known.dedup();
    let more = known.len() > SHOWN;
    known.truncate(SHOWN);
    if more {
        known.push("…".into());
    }
    let reason = format!("no {what} is called `{}`", driftline_core::excerpt(&narrow.value));
    Problem::Query(Misread::new(&query.typed, narrow.place.clone(), reason, known))
}
