//! Names that point at a message. They are looked up when all files are read, and come
//! again with the next import: by then more sessions may have the message.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use driftline_core::{
    Durability, EntityDescriptor, Id, Replica, Result, Value,
    store::{Deleted, Find, ReadTx},
};
use driftline_transcripts::Title;

use super::{count::Count, file::join};

/// The field by which a title names a message.
const LEAF: &str = "external_id";

/// What was looked up last, and among how many rows: looking costs a pass over them,
/// and gives nothing new before there is another title or another row.
const LOOKED: &str = "import.titles";

fn nobody() -> Id {
    Id::imported(0, &[])
}

/// Gives the rows that `titles` name their names.
pub(super) fn settle(replica: &Replica, titles: &[Title], count: &mut Count) -> Result<()> {
    if titles.is_empty() {
        return Ok(());
    }
    let Some((looked, drafts)) = replica.read(|tx| {
        let looked = looked(tx, titles)?;
        if tx.meta(LOOKED)?.as_deref() == Some(&looked) {
            return Ok(None);
        }
        let mut drafts = Vec::new();
        for title in titles {
            drafts.extend(named(tx, title)?.into_iter().map(|it| title.draft(it)));
        }
        Ok(Some((looked, drafts)))
    })?
    else {
        return Ok(());
    };
    let outcomes = replica.write_with(Durability::Normal, |tx| {
        tx.set_value(LOOKED, Some(&looked))?;
        join(tx, drafts)
    })?;
    count.add(outcomes);
    Ok(())
}

fn looked(tx: &dyn ReadTx, titles: &[Title]) -> Result<String> {
    let mut hash = DefaultHasher::new();
    let mut entities = BTreeSet::new();
    for title in titles {
        title.leaf.hash(&mut hash);
        let draft = title.draft(nobody());
        draft.cells.iter().for_each(|(_, value, _)| value.to_string().hash(&mut hash));
        entities.extend(pointed(tx, title).map(|(entity, _)| entity.name));
    }
    let mut rows = 0;
    for entity in entities {
        rows += tx.count(entity, &Find::new().deleted(Deleted::Included))?;
    }
    Ok(format!("{:016x}:{rows}", hash.finish()))
}

/// The rows that `title` names: the owners of what it points at. A session and its forks
/// have the same message.
fn named(tx: &dyn ReadTx, title: &Title) -> Result<BTreeSet<Id>> {
    let Some((entity, owner)) = pointed(tx, title) else { return Ok(BTreeSet::new()) };
    let find = Find::new().equal(LEAF, title.leaf.as_str()).deleted(Deleted::Included);
    let found = tx.find(entity.name, &find)?;
    let ids = found.iter().filter_map(|it| it.row.value(owner).and_then(Value::as_str));
    Ok(ids.filter_map(|it| it.parse().ok()).collect())
}

/// The entity of what `title` points at, and its field for the row that is named.
fn pointed(tx: &dyn ReadTx, title: &Title) -> Option<(&'static EntityDescriptor, &'static str)> {
    let named = title.draft(nobody()).entity;
    tx.schema().owned_by(named).find(|(entity, _)| entity.field(LEAF).is_some())
}
