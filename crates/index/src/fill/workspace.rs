//! Workspaces, by which sessions are told apart and narrowed to.

use std::collections::BTreeSet;

use driftline_core::{Id, view::View};
use driftline_entities::workspaces::place;
use rusqlite::{Connection, OptionalExtension, params};

use super::document::text;

/// Stores a workspace under every id that stands for it. Returns the numbers of the
/// sessions in it, which show its name.
pub(super) fn put(
    index: &Connection,
    class: &[Id],
    view: Option<&View>,
) -> rusqlite::Result<Vec<i64>> {
    let Some(view) = view else { return Ok(Vec::new()) };
    let path = text(view, "path").unwrap_or_default();
    let last = path.rsplit(['/', '\\']).find(|it| !it.is_empty()).unwrap_or(path);
    let name = text(view, "name").unwrap_or(last);
    let named = view.row.cell("name").map(|it| it.stamp.to_string()).unwrap_or_default();
    let folded = crate::letters::fold(&format!("{name}\n{path}"));
    let hidden = view.row.is_deleted();
    let place = text(view, "git_remote").and_then(|it| place(it, path)).filter(|_| !hidden);
    let mut places = BTreeSet::from_iter(place.clone());
    let mut before =
        index.prepare_cached("SELECT place FROM workspaces WHERE id = ?1 AND place IS NOT NULL")?;
    let mut replace = index.prepare_cached(
        "INSERT OR REPLACE INTO workspaces \
         (id, stands, hidden, name, path, folded, own, own_name, named, place) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?2, ?4, ?7, ?8)",
    )?;
    for id in class {
        places.extend(before.query_row([id.to_bytes()], |row| row.get(0)).optional()?);
        let (id, own) = (id.to_bytes(), view.id.to_bytes());
        replace.execute(params![id, own, hidden, name, path, folded, named, place])?;
    }
    places.iter().try_for_each(|it| stand_together(index, it))?;
    let mut numbers: Vec<i64> = Vec::new();
    let mut sessions = index.prepare_cached("SELECT number FROM sessions WHERE workspace = ?1")?;
    for id in class {
        for number in sessions.query_map([id.to_bytes()], |row| row.get(0))? {
            numbers.push(number?);
        }
    }
    let mut sessions = index.prepare_cached(
        "SELECT number FROM sessions \
         WHERE workspace IN (SELECT id FROM workspaces WHERE place = ?1)",
    )?;
    for place in &places {
        for number in sessions.query_map([place], |row| row.get(0))? {
            numbers.push(number?);
        }
    }
    Ok(numbers)
}

/// Lets the rows of one place stand for each other: they are the same folder of the same
/// repository, on several machines.
fn stand_together(index: &Connection, place: &str) -> rusqlite::Result<()> {
    let mut update = index.prepare_cached(
        "UPDATE workspaces SET \
         stands = (SELECT min(own) FROM workspaces WHERE place = ?1), \
         name = (SELECT own_name FROM workspaces WHERE place = ?1 ORDER BY named DESC, own LIMIT 1) \
         WHERE place = ?1",
    )?;
    update.execute([place]).map(drop)
}
