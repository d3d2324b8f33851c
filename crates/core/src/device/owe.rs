//! What the hub has yet to hear of: one entry in the queue for each row, written in the
//! transaction that changes the row.

use std::collections::BTreeMap;

use super::exclude::Judge;
use crate::{
    DELETED_AT, FieldName, Millis, PURGED, Result, alias,
    store::{Operation, QueueId, Queued, Standing, StoreTx, Stored},
};

/// Notes that the hub has yet to hear of `fields`. An edit un-parks its row.
pub(super) fn owe(
    tx: &mut dyn StoreTx,
    entity: &str,
    stored: &Stored,
    fields: impl IntoIterator<Item = FieldName>,
    now: Millis,
) -> Result<()> {
    let entry = tx.queued(entity, stored.id)?;
    owe_after(tx, entry, entity, stored, fields, false, now)
}

/// As [`owe`], of values whose stamps may be known elsewhere.
pub(super) fn owe_known(
    tx: &mut dyn StoreTx,
    entity: &str,
    stored: &Stored,
    fields: impl IntoIterator<Item = FieldName>,
    now: Millis,
) -> Result<()> {
    let entry = tx.queued(entity, stored.id)?;
    owe_after(tx, entry, entity, stored, fields, true, now)
}

/// As [`owe`], of a row that was not here before and so does not wait.
pub(super) fn owe_new(
    tx: &mut dyn StoreTx,
    entity: &str,
    stored: &Stored,
    fields: impl IntoIterator<Item = FieldName>,
    now: Millis,
) -> Result<()> {
    owe_after(tx, None, entity, stored, fields, false, now)
}

fn owe_after(
    tx: &mut dyn StoreTx,
    entry: Option<Queued>,
    entity: &str,
    stored: &Stored,
    fields: impl IntoIterator<Item = FieldName>,
    carried: bool,
    now: Millis,
) -> Result<()> {
    if alias::is_provisional(entity, stored) {
        return Ok(());
    }
    let hold = entry.as_ref().and_then(Queued::held).cloned();
    let mut entry = entry.unwrap_or_else(|| Queued {
        queue_id: QueueId::default(),
        entity: entity.to_owned(),
        id: stored.id,
        operation: Operation::Update,
        fields: BTreeMap::new(),
        change: 0,
        created_at: now,
        attempts: 0,
        last_error: None,
        failures: 0,
        failed_at: 0,
        standing: Standing::Waiting,
    });
    entry.fields.extend(fields.into_iter().map(|field| (field, carried)));
    entry.change += 1;
    (entry.last_error, entry.failures) = (None, 0);
    let rule = Judge::new(tx.reading())?.rule(tx.reading(), entity, stored.id)?;
    entry.standing = rule.map_or(Standing::Waiting, Standing::Excluded);
    if let (Standing::Waiting, Some(hold)) = (&entry.standing, hold) {
        // Until it is judged again, which is done before anything is sent.
        entry.standing = Standing::Held(hold);
    }
    entry.operation = if !stored.acked {
        Operation::Create
    } else if stored.row.is_deleted()
        && [DELETED_AT, PURGED].iter().any(|it| entry.fields.contains_key(*it))
    {
        Operation::Delete
    } else {
        Operation::Update
    };
    tx.enqueue(&entry)
}
