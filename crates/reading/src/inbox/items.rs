//! What is in the inbox: its rows, and what this device notices, each once.

use std::collections::BTreeMap;

use driftline_core::{
    EntityDescriptor, Id, Millis, Replica, Result, SyncEntity as _, Value,
    store::{Deleted, Find, ReadTx},
    view::{self, View},
};
use driftline_entities::inbox::InboxItem;
use driftline_inspect::devices::Devices;
use driftline_text::shortened;

use super::{Item, Lead, Outside, Part, notice};

/// How many letters of a title are shown.
const TITLE: usize = 200;

/// How much is in the inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// What is open.
    pub open: u64,
    /// What is open and nobody has read.
    pub unread: u64,
}

/// What is in a part of the inbox, newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn list(replica: &Replica, outside: &Outside, part: Part) -> Result<Vec<Item>> {
    let mut items = all(replica, outside)?;
    items.retain(|it| it.is_in(part));
    Ok(items)
}

/// How much is in the inbox.
///
/// # Errors
/// When the store cannot be read.
pub fn counts(replica: &Replica, outside: &Outside) -> Result<Counts> {
    let items = list(replica, outside, Part::Open)?;
    let unread = items.iter().filter(|it| it.unread).count() as u64;
    Ok(Counts { open: items.len() as u64, unread })
}

/// Everything, newest first.
pub(super) fn all(replica: &Replica, outside: &Outside) -> Result<Vec<Item>> {
    let now = replica.now();
    replica.read(|tx| {
        let Some(entity) = tx.schema().get(InboxItem::NAME) else { return Ok(Vec::new()) };
        let devices = Devices::of(replica, tx)?;
        let mut noticed: BTreeMap<Id, Item> =
            notice::all(tx, &devices, outside, now)?.into_iter().map(|it| (it.id, it)).collect();
        let mut items = Vec::new();
        for row in view::list(tx, entity, &Find::new().deleted(Deleted::Included))? {
            let notice = noticed.remove(&row.id);
            // A person who deletes a notice does not want to hear of it again.
            if !row.row.is_deleted() {
                items.push(of_row(&row, notice));
            }
        }
        items.extend(noticed.into_values());
        for it in &mut items {
            it.title = shortened(&it.title, TITLE);
        }
        items.sort_by_key(|it| (std::cmp::Reverse(it.at), it.id));
        Ok(items)
    })
}

/// A row of the inbox, with what this device knows of what it is about.
fn of_row(row: &View, notice: Option<Item>) -> Item {
    let text = |field: &str| row.value(field).and_then(Value::as_str).map(str::to_owned);
    let is_set = |field: &str| row.value(field).is_some_and(|it| !it.is_null());
    let session: Option<Id> = text("session").and_then(|it| it.parse().ok());
    let (unread, archived) = (!is_set("read_at"), is_set("archived_at"));
    if let Some(notice) = notice {
        return Item { unread, archived, ..notice };
    }
    let body = text("body");
    Item {
        id: row.id,
        kind: text("kind").unwrap_or_else(|| "note".into()),
        title: text("title").or_else(|| body.clone()).unwrap_or_default(),
        body,
        session,
        leads_to: session.map_or(Lead::Nowhere, |it| Lead::Session(it, None)),
        at: row.id.time().or_else(|| born(row)),
        unread,
        archived,
        about: text("about"),
        noticed: false,
    }
}

/// When a person first wrote something of a row.
fn born(row: &View) -> Option<Millis> {
    let stamps = row.row.cells().map(|(_, cell)| cell.stamp);
    stamps.filter(|it| it.is_person()).min().map(driftline_core::Stamp::millis)
}

/// Whether the inbox has a row for `id` already, deleted or not.
pub(super) fn has_row(tx: &dyn ReadTx, entity: &EntityDescriptor, id: Id) -> Result<bool> {
    Ok(view::view(tx, entity, id)?.is_some())
}
