//! Workspaces: the folders that people work in, with what happened in them.

use std::collections::BTreeMap;

use driftline_core::{
    Error, Id, Millis, Replica, Result, SyncEntity as _, Value,
    store::{Find, ReadTx},
    view,
};
use driftline_entities::{sessions::Session, workspaces::Workspace as Row};

/// A folder that somebody works in.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// Its id.
    pub id: Id,
    /// What people call it: its name, or the last part of its path.
    pub shown: String,
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// The folder as the first device called it.
    pub path: Option<String>,
    /// Where the repository in it is fetched from.
    pub git_remote: Option<String>,
    /// Where it is on this device, if not at its path.
    pub here: Option<String>,
    /// Whether it is kept on top.
    pub pinned: bool,
    /// Whether it is out of the way.
    pub archived: bool,
    /// How many sessions it has.
    pub sessions: u64,
    /// When the last of them was started.
    pub last_at: Option<Millis>,
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
        let Some(entity) = tx.schema().get(Row::NAME) else { return Ok(Vec::new()) };
        let rows = view::list(tx, entity, &Find::new())?;
        rows.iter().map(|it| workspace(tx, it)).collect::<Result<Vec<_>>>()
    })?;
    found.sort_by(|one, other| {
        let rank = |it: &Workspace| (it.archived, !it.pinned, std::cmp::Reverse(it.last_at));
        rank(one).cmp(&rank(other)).then_with(|| one.shown.cmp(&other.shown))
    });
    Ok(found)
}

/// One workspace.
///
/// # Errors
/// [`Error::NotFound`] if it is not there.
pub fn detail(replica: &Replica, id: Id) -> Result<Detail> {
    let not_found = || Error::NotFound { entity: Row::NAME.into(), id };
    replica.read(|tx| {
        let entity = tx.schema().entity(Row::NAME)?;
        let row = view::view(tx, entity, id)?.ok_or_else(not_found)?;
        if row.row.is_deleted() {
            return Err(not_found());
        }
        let mut folders: BTreeMap<String, u64> = BTreeMap::new();
        for session in sessions(tx, row.id, None)? {
            if let Some(cwd) = session.value("cwd").and_then(Value::as_str) {
                *folders.entry(cwd.to_owned()).or_default() += 1;
            }
        }
        let mut folders: Vec<_> = folders.into_iter().collect();
        folders.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(Detail { workspace: workspace(tx, &row)?, folders })
    })
}

fn sessions(tx: &dyn ReadTx, id: Id, limit: Option<usize>) -> Result<Vec<view::View>> {
    let Some(entity) = tx.schema().get(Session::NAME) else { return Ok(Vec::new()) };
    let newest = Find::new().refers("workspace", id).descending("started_at");
    let find = Find { limit, ..newest };
    view::list(tx, entity, &find)
}

fn workspace(tx: &dyn ReadTx, row: &view::View) -> Result<Workspace> {
    let text = |field: &str| {
        let text = row.value(field).and_then(Value::as_str).filter(|it| !it.is_empty());
        text.map(str::to_owned)
    };
    let is = |field: &str| row.value(field).and_then(Value::as_bool).unwrap_or_default();
    let (name, path) = (text("name"), text("path"));
    let last_part =
        |path: &str| path.rsplit(['/', '\\']).find(|it| !it.is_empty()).unwrap_or(path).to_owned();
    let shown = name.clone().or_else(|| path.as_deref().map(last_part));
    let sessions_of = match tx.schema().get(Session::NAME) {
        Some(entity) => view::count(tx, entity, &Find::new().refers("workspace", row.id))?,
        None => 0,
    };
    let last = sessions(tx, row.id, Some(1))?;
    let last_at = last.first().and_then(|it| it.value("started_at")?.as_u64());
    Ok(Workspace {
        id: row.id,
        shown: shown.unwrap_or_else(|| row.id.to_string()),
        name,
        path,
        git_remote: text("git_remote"),
        here: text("here"),
        pinned: is("pinned"),
        archived: is("archived"),
        sessions: sessions_of,
        last_at,
    })
}
