//! What lists of sessions can be narrowed to.

use rusqlite::Connection;

use crate::{Index, Result};

/// What sessions can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Workspaces with sessions, by name.
    pub workspaces: Vec<String>,
    /// Agents.
    pub agents: Vec<String>,
    /// Models.
    pub models: Vec<String>,
}

impl Index {
    /// The names of the workspaces, agents and models that sessions have, for narrowing.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn session_choices(&self) -> Result<Choices> {
        self.freshen()?;
        self.query(&self.patience, choices)
    }
}

fn choices(index: &Connection) -> rusqlite::Result<Choices> {
    let names = |sql: &str| -> rusqlite::Result<Vec<String>> {
        index.prepare_cached(sql)?.query_map([], |row| row.get(0))?.collect()
    };
    Ok(Choices {
        workspaces: names(
            "SELECT DISTINCT shown.name FROM workspaces JOIN workspaces AS shown \
             ON shown.id = workspaces.stands WHERE shown.hidden = 0 AND workspaces.id IN \
             (SELECT workspace FROM sessions WHERE known = 1 AND hidden = 0) ORDER BY 1",
        )?,
        agents: names(
            "SELECT DISTINCT source FROM sessions WHERE known = 1 AND hidden = 0 \
             AND source IS NOT NULL ORDER BY 1",
        )?,
        models: names(
            "SELECT name FROM names WHERE kind = 'model' AND name NOT LIKE '<%' ORDER BY 1",
        )?,
    })
}
