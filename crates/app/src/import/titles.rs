//! Names that point at a message of some other file. They are looked up when all files
//! are read; those whose message is not here come again with the next import.

use driftline_core::{
    Durability, EntityDescriptor, Id, Replica, Result, Value,
    store::{Deleted, Find, ReadTx},
};
use driftline_transcripts::Title;

use super::{count::Count, file::join};

/// The field by which a title names a message.
const LEAF: &str = "external_id";

/// Gives the rows that `titles` name their names.
pub(super) fn settle(replica: &Replica, titles: &[Title], count: &mut Count) -> Result<()> {
    if titles.is_empty() {
        return Ok(());
    }
    let drafts = replica.store().view(|tx| {
        let mut drafts = Vec::new();
        for title in titles {
            if let Some(id) = named(tx, title)? {
                drafts.push(title.draft(id));
            }
        }
        Ok(drafts)
    })?;
    if drafts.is_empty() {
        return Ok(());
    }
    let store = replica.store();
    let outcomes = store.transact(Durability::Normal, |tx| join(replica, tx, &drafts))?;
    for (draft, outcome) in drafts.iter().zip(outcomes) {
        count.add(draft.entity, draft.id, outcome);
    }
    Ok(())
}

/// The row that `title` names: the owner of the row that it points at.
fn named(tx: &dyn ReadTx, title: &Title) -> Result<Option<Id>> {
    let named = title.draft(Id::imported(0, &[])).entity;
    let has_leaf = |it: &&EntityDescriptor| it.field(LEAF).is_some();
    let schema = tx.schema();
    let pointed = schema.owned_by(named).find(|(entity, _)| has_leaf(entity));
    let Some((entity, owner)) = pointed else { return Ok(None) };
    let find = Find::new().equal(LEAF, title.leaf.as_str()).deleted(Deleted::Included).limit(1);
    let found = tx.find(entity.name, &find)?;
    let id = found.first().and_then(|it| it.row.value(owner)).and_then(Value::as_str);
    Ok(id.and_then(|it| it.parse().ok()))
}
