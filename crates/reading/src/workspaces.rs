//! Workspaces: the folders that people work in, with what happened in them.

use std::collections::BTreeMap;

use driftline_core::{
    Error, Id, Millis, Replica, Result, SyncEntity as _, Value,
    store::{Find, ReadTx},
    view::{self, View},
};
use driftline_entities::{
    sessions::Session,
    workspaces::{Workspace as Row, place},
};

/// A folder that somebody works in. Where it is a checkout, it is one with those of the same
/// folder of the same repository, on whatever device they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// The id of the first of its rows.
    pub id: Id,
    /// The ids of all of them.
    pub rows: Vec<Id>,
    /// What people call it: its name, or the last part of its path.
    pub shown: String,
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// The folders as the first device of each called them.
    pub paths: Vec<String>,
    /// Where the repository in it is fetched from.
    pub git_remote: Option<String>,
    /// Where it is on this device, as far as it is known.
    pub here: Vec<String>,
    /// Whether it is kept on top.
    pub pinned: bool,
    /// Whether it is out of the way.
    pub archived: bool,
    /// How many sessions it has.
    pub sessions: u64,
    /// When the last of them was started.
    pub last_at: Option<Millis>,
}

impl Workspace {
    /// The folder that a person on this device would look for.
    pub fn path(&self) -> Option<&str> {
        self.here.first().or_else(|| self.paths.first()).map(String::as_str)
    }
}

/// A workspace with the folders in which its sessions were started.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// The workspace.
    pub workspace: Workspace,
    /// The folders, with how many sessions were started there; most used first.
    pub folders: Vec<(String, u64)>,
}

/// Every workspace: pinned ones first, then by when something last happened in them.
///
/// # Errors
/// When the store cannot be read.
pub fn list(replica: &Replica) -> Result<Vec<Workspace>> {
    let mut found = replica.read(|tx| {
        let groups = together(rows(tx)?).into_iter();
        groups.map(|it| workspace(tx, &it)).collect::<Result<Vec<_>>>()
    })?;
    found.sort_by(|one, other| {
        let rank = |it: &Workspace| (it.archived, !it.pinned, std::cmp::Reverse(it.last_at));
        rank(one).cmp(&rank(other)).then_with(|| one.shown.cmp(&other.shown))
    });
    Ok(found)
}

/// The workspace that a row is of.
///
/// # Errors
/// [`Error::NotFound`] if it is not there.
pub fn detail(replica: &Replica, id: Id) -> Result<Detail> {
    let not_found = || Error::NotFound { entity: Row::NAME.into(), id };
    replica.read(|tx| {
        let mut groups = together(rows(tx)?).into_iter();
        let has = |it: &View| it.members.contains(&id);
        let group = groups.find(|it| it.iter().any(has)).ok_or_else(not_found)?;
        let mut folders: BTreeMap<String, u64> = BTreeMap::new();
        for row in &group {
            for session in sessions(tx, row.id, None)? {
                if let Some(cwd) = session.value("cwd").and_then(Value::as_str) {
                    *folders.entry(cwd.to_owned()).or_default() += 1;
                }
            }
        }
        let mut folders: Vec<_> = folders.into_iter().collect();
        folders.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(Detail { workspace: workspace(tx, &group)?, folders })
    })
}

fn rows(tx: &dyn ReadTx) -> Result<Vec<View>> {
    let Some(entity) = tx.schema().get(Row::NAME) else { return Ok(Vec::new()) };
    view::list(tx, entity, &Find::new())
}

/// Rows of the same folder of the same repository, each group by id.
fn together(rows: Vec<View>) -> Vec<Vec<View>> {
    let mut groups: BTreeMap<String, Vec<View>> = BTreeMap::new();
    for row in rows {
        let place = text(&row, "git_remote")
            .and_then(|it| place(&it, &text(&row, "path").unwrap_or_default()));
        // No place looks like an id.
        groups.entry(place.unwrap_or_else(|| row.id.to_string())).or_default().push(row);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.iter_mut().for_each(|it| it.sort_by_key(|it| it.id));
    groups
}

fn sessions(tx: &dyn ReadTx, id: Id, limit: Option<usize>) -> Result<Vec<View>> {
    let Some(entity) = tx.schema().get(Session::NAME) else { return Ok(Vec::new()) };
    let newest = Find::new().refers("workspace", id).descending("started_at");
    let find = Find { limit, ..newest };
    view::list(tx, entity, &find)
}

fn workspace(tx: &dyn ReadTx, rows: &[View]) -> Result<Workspace> {
    let all = |field: &str| {
        let mut all: Vec<_> = rows.iter().filter_map(|it| text(it, field)).collect();
        all.dedup();
        all
    };
    let is = |it: &View, field: &str| it.value(field).and_then(Value::as_bool).unwrap_or_default();
    // The name that was given last, by a person before any other.
    let named = rows.iter().filter_map(|it| Some((it.row.cell("name")?.stamp, text(it, "name")?)));
    let name = named.max().map(|(_, name)| name);
    let paths = all("path");
    let last_part = |path: &String| {
        path.rsplit(['/', '\\']).find(|it| !it.is_empty()).unwrap_or(path).to_owned()
    };
    let shown = name.clone().or_else(|| paths.first().map(last_part));
    let (mut count, mut last_at) = (0, None);
    for row in rows {
        if let Some(entity) = tx.schema().get(Session::NAME) {
            count += view::count(tx, entity, &Find::new().refers("workspace", row.id))?;
        }
        let last = sessions(tx, row.id, Some(1))?;
        last_at = last_at.max(last.first().and_then(|it| it.value("started_at")?.as_u64()));
    }
    let id = rows.first().map_or_else(|| Id::imported(0, &[]), |it| it.id);
    Ok(Workspace {
        id,
        rows: rows.iter().map(|it| it.id).collect(),
        shown: shown.unwrap_or_else(|| id.to_string()),
        name,
        paths,
        git_remote: all("git_remote").into_iter().next(),
        here: all("here"),
        pinned: rows.iter().any(|it| is(it, "pinned")),
        archived: rows.iter().all(|it| is(it, "archived")),
        sessions: count,
        last_at,
    })
}

fn text(row: &View, field: &str) -> Option<String> {
    row.value(field).and_then(Value::as_str).filter(|it| !it.is_empty()).map(str::to_owned)
}
