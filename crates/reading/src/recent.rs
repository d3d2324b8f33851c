//! What somebody worked on last.

use driftline_core::{Id, Millis, Replica, Result, SyncEntity as _, Value, store::Find, view};
use driftline_entities::sessions::Session;
use driftline_inspect::label::label;

/// A session that was started lately.
#[derive(Clone, Debug, PartialEq)]
pub struct Recent {
    /// The session.
    pub id: Id,
    /// What people call it.
    pub label: String,
    /// The agent.
    pub source: Option<String>,
    /// When it was started.
    pub at: Option<Millis>,
}

/// The sessions that were started last and are not out of the way.
///
/// # Errors
/// When the store cannot be read.
pub fn sessions(replica: &Replica, limit: usize) -> Result<Vec<Recent>> {
    replica.read(|tx| {
        let Some(entity) = tx.schema().get(Session::NAME) else { return Ok(Vec::new()) };
        // Those out of the way are few, and are passed over.
        let find = Find::new().descending("started_at").limit(4 * limit);
        let rows = view::list(tx, entity, &find)?;
        let shown = rows.iter().filter(|it| it.value("archived") != Some(&Value::Bool(true)));
        let recent = shown.take(limit).map(|it| Recent {
            id: it.id,
            label: label(entity, it).unwrap_or_else(|| it.id.to_string()),
            source: it.value("source").and_then(Value::as_str).map(str::to_owned),
            at: it.value("started_at").and_then(Value::as_u64),
        });
        Ok(recent.collect())
    })
}
