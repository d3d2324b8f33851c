//! Small numbers for names that many rows share, and the words by which a search
//! narrows to them: each fact of a row is a word of its own column, so that the search
//! itself skips all other rows instead of reading them one by one.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Entity,
    Role,
    Model,
    Tool,
    Agent,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Role => "role",
            Self::Model => "model",
            Self::Tool => "tool",
            Self::Agent => "agent",
        }
    }
}

/// The word for a name.
pub(crate) fn word(number: i64) -> String {
    format!("n{number}")
}

/// The word for a session.
pub(crate) fn session_word(number: i64) -> String {
    format!("s{number}")
}

/// The word for rows of a sub-agent.
pub(crate) const SUBAGENT: &str = "xagent";
/// The word for rows in which a tool failed.
pub(crate) const FAILED: &str = "xfailed";

/// The numbers that were needed so far.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<(Kind, String), i64>);

impl Names {
    /// The number of a name, which gets one if it has none.
    pub(crate) fn number(
        &mut self,
        connection: &Connection,
        kind: Kind,
        name: &str,
    ) -> rusqlite::Result<i64> {
        let key = (kind, name.to_owned());
        if let Some(number) = self.0.get(&key) {
            return Ok(*number);
        }
        let mut insert = connection
            .prepare_cached("INSERT OR IGNORE INTO names (kind, name) VALUES (?1, ?2)")?;
        insert.execute((kind.name(), name))?;
        let number = number(connection, kind, name)?.unwrap_or_default();
        self.0.insert(key, number);
        Ok(number)
    }
}

/// The number of a name, if it has one.
pub(crate) fn number(
    connection: &Connection,
    kind: Kind,
    name: &str,
) -> rusqlite::Result<Option<i64>> {
    let mut select =
        connection.prepare_cached("SELECT number FROM names WHERE kind = ?1 AND name = ?2")?;
    select.query_row((kind.name(), name), |row| row.get(0)).optional()
}

/// The names of a kind with their numbers, by name.
pub(crate) fn all(connection: &Connection, kind: Kind) -> rusqlite::Result<Vec<(i64, String)>> {
    let mut select = connection
        .prepare_cached("SELECT number, name FROM names WHERE kind = ?1 ORDER BY name")?;
    select.query_map([kind.name()], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
