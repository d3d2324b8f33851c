//! What hits have in common, and could be narrowed to.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension};

use super::answer::Place;

/// What hits have in common, with how many do.
#[derive(Clone, Debug, Default)]
pub struct Facets {
    /// By agent.
    pub agents: Vec<Facet>,
    /// By workspace.
    pub workspaces: Vec<Facet>,
    /// By model.
    pub models: Vec<Facet>,
}

/// A value that hits have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// What to narrow to.
    pub value: String,
    /// How many hits have it.
    pub count: usize,
}

pub(super) fn facets(index: &Connection, places: &[Place]) -> rusqlite::Result<Facets> {
    let mut sessions: HashMap<i64, usize> = HashMap::new();
    let mut models: HashMap<i64, usize> = HashMap::new();
    for place in places {
        if let Some(session) = place.session {
            *sessions.entry(session).or_default() += 1;
        }
        if let Some(model) = place.model {
            *models.entry(model).or_default() += 1;
        }
    }
    let mut select = index.prepare_cached(
        "SELECT source, (SELECT shown.name FROM workspaces JOIN workspaces AS shown \
         ON shown.id = workspaces.stands WHERE workspaces.id = sessions.workspace) \
         FROM sessions WHERE number = ?1",
    )?;
    let mut name = index.prepare_cached("SELECT name FROM names WHERE number = ?1")?;
    let mut counts: [BTreeMap<String, usize>; 3] = Default::default();
    for (session, count) in sessions {
        let read = |row: &rusqlite::Row<'_>| -> rusqlite::Result<[Option<String>; 2]> {
            Ok([row.get(0)?, row.get(1)?])
        };
        let values = select.query_row([session], read).optional()?.unwrap_or_default();
        for (at, value) in values.into_iter().enumerate() {
            if let Some(value) = value {
                *counts[at].entry(value).or_default() += count;
            }
        }
    }
    for (model, count) in models {
        let model: String = name.query_row([model], |row| row.get(0))?;
        *counts[2].entry(model).or_default() += count;
    }
    let [agents, workspaces, models] = counts.map(|counts| {
        let mut facets: Vec<Facet> =
            counts.into_iter().map(|(value, count)| Facet { value, count }).collect();
        facets.sort_by_key(|it| std::cmp::Reverse(it.count));
        facets
    });
    Ok(Facets { agents, workspaces, models })
}
