//! What the sessions of a list or of a search have to be. Names that people type are
//! looked up here, and an error says which there are.

use std::collections::HashSet;

use driftline_core::Id;
use rusqlite::{Connection, params_from_iter, types::Value as Sql};

use crate::{
    letters::fold,
    names,
    query::{Key, Misread, Narrow, Query},
    trouble::Trouble,
};

/// How many sessions are named to the index one by one.
const NAMED: usize = 64;
/// How many names an error lists.
const SHOWN: usize = 12;

/// What sessions have to be, in SQL over a table called `shown`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    pub(crate) sql: String,
    pub(crate) values: Vec<Sql>,
}

impl Sessions {
    /// What the sessions of a search, or of a list, have to be.
    pub(crate) fn of(index: &Connection, query: &Query, since: i64) -> Result<Self, Trouble> {
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
    pub(crate) fn few(&self, index: &Connection) -> rusqlite::Result<Option<Vec<String>>> {
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

fn workspaces(
    index: &Connection,
    query: &Query,
    narrow: &Narrow,
) -> Result<(String, Vec<Sql>), Trouble> {
    let mut select = index.prepare_cached(
        "SELECT id, name || char(10) || path, name, stands FROM workspaces ORDER BY name",
    )?;
    let blob = |row: &rusqlite::Row<'_>, at| row.get::<_, Vec<u8>>(at);
    let read = |row: &rusqlite::Row<'_>| {
        Ok((blob(row, 0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, blob(row, 3)?))
    };
    let all: Vec<_> = select.query_map([], read)?.collect::<rusqlite::Result<_>>()?;
    let wanted = fold(&narrow.value);
    let is = |text: &str| text.split('\n').any(|it| fold(it) == wanted);
    let has = |text: &str| fold(text).contains(&wanted);
    let named = narrow.value.parse().ok().map(Id::to_bytes);
    let is_named = |id: &[u8]| named.as_ref().is_some_and(|it| it == id);
    let mut ids: Vec<_> = all.iter().filter(|it| is_named(&it.0) || is(&it.1)).collect();
    if ids.is_empty() {
        ids = all.iter().filter(|it| has(&it.1)).collect();
    }
    if ids.is_empty() {
        return Err(unknown(query, narrow, all.iter().map(|it| it.2.as_str())));
    }
    let stands: HashSet<_> = ids.iter().map(|it| &it.3).collect();
    let together: Vec<_> = all.iter().filter(|it| stands.contains(&it.3)).collect();
    let marks = vec!["?"; together.len()].join(", ");
    let values = together.into_iter().map(|it| Sql::Blob(it.0.clone())).collect();
    Ok((format!("coalesce(shown.workspace, x'') IN ({marks})"), values))
}

fn agents(
    index: &Connection,
    query: &Query,
    narrow: &Narrow,
) -> Result<(String, Vec<Sql>), Trouble> {
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
pub(crate) fn named<T: Clone>(
    query: &Query,
    narrow: &Narrow,
    known: &[(T, String)],
) -> Result<Vec<T>, Trouble> {
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

fn unknown<'a>(query: &Query, narrow: &Narrow, known: impl Iterator<Item = &'a str>) -> Trouble {
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
    Trouble::Query(Misread::new(query.typed(), narrow.place.clone(), reason, known))
}
