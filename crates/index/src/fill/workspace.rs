//! Workspaces, by which sessions are told apart and narrowed to.

use driftline_core::{Id, view::View};
use rusqlite::{Connection, params};

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
    let folded = crate::letters::fold(&format!("{name}\n{path}"));
    let mut replace = index.prepare_cached(
        "INSERT OR REPLACE INTO workspaces (id, stands, hidden, name, path, folded) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut sessions = index.prepare_cached("SELECT number FROM sessions WHERE workspace = ?1")?;
    let mut numbers = Vec::new();
    for id in class {
        let hidden = view.row.is_deleted();
        replace.execute(params![id.to_bytes(), view.id.to_bytes(), hidden, name, path, folded])?;
        for number in sessions.query_map([id.to_bytes()], |row| row.get(0))? {
            numbers.push(number?);
        }
    }
    Ok(numbers)
}
