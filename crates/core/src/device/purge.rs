//! Purging on a device: the mark is written with a person's stamp and waits like any change, and
//! whatever this store keeps of the row besides goes in the same transaction. What the row owns
//! is marked in bounded steps. A mark that comes from a hub does the same.

use super::{
    due, exclude, hold,
    owe::{owe, owe_known},
    write::members,
};
use crate::{
    Cell, EntityDescriptor, Error, FieldName, Id, PURGED, Refusal, Result, Row, Value, alias,
    clock::{self, Moment},
    purge::{self, BY_PERSON, Next, Open},
    store::{Deleted, Find, ReadMeta, ReadTx, Standing, StoreTx, Stored, meta},
};

/// What is still to be marked. It is there as soon as any row was purged: of a store without
/// one, nothing else has to be looked for.
const OPEN: &str = "purge";
const WHAT: &str = "the list of what a purge has yet to mark";

/// Whether any row that is here was purged.
pub(crate) fn has_purged(tx: &dyn ReadMeta) -> Result<bool> {
    Ok(tx.meta(OPEN)?.is_some())
}

fn open(tx: &dyn ReadMeta) -> Result<Vec<Open>> {
    Ok(meta::load(tx, OPEN, WHAT)?.unwrap_or_default())
}

/// Notes that rows which came unseen may be purged ones.
pub(super) fn expect(tx: &mut dyn StoreTx) -> Result<()> {
    if has_purged(tx.reading())? { Ok(()) } else { tx.set_meta(OPEN, Some("[]")) }
}

/// Whether rows that purged ones own are still to be marked.
///
/// # Errors
/// When the store cannot be read.
pub fn is_purging(tx: &dyn ReadMeta) -> Result<bool> {
    Ok(!open(tx)?.is_empty())
}

/// Purges a row for good, with those that it is folded with: nothing of it is left but a mark,
/// here and, once they synced, everywhere. Some of what it owns is marked, too; call
/// [`go_on_purging`] until nothing is left. Returns the rows that were marked; none if it was
/// purged before.
///
/// # Errors
/// [`Error::NotFound`], or when the store cannot be written.
pub fn purge(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
) -> Result<Vec<(&'static str, Id)>> {
    let members = members(tx.reading(), entity, id)?;
    let row = members.row().into_owned();
    if row.is_purged() {
        return Ok(Vec::new());
    }
    // Above all that is here, also where a clock that was far ahead has written.
    let now = clock::tick(tx, moment)?;
    let stamp = match row.latest_person() {
        Some(last) if last >= now => last.next(moment.node),
        _ => now,
    };
    let mark = Cell { stamp, value: Value::from(BY_PERSON) };
    mark_class(tx, moment, entity, id, &mark)
}

/// Marks some more of what purged rows own, and returns what it marked. [`is_purging`] says
/// whether there is more.
///
/// # Errors
/// When the store cannot be written.
pub fn go_on_purging(tx: &mut dyn StoreTx, moment: &Moment) -> Result<Vec<(&'static str, Id)>> {
    let (mut done, mut list) = (Vec::new(), open(tx.reading())?);
    while done.len() < purge::STEP && !list.is_empty() {
        let found = purge::next(&*tx, &mut list, purge::STEP - done.len())?;
        save(tx, &list)?;
        for Next { entity, id, mark } in found {
            done.extend(mark_class(tx, moment, entity, id, &mark)?);
        }
        list = open(tx.reading())?;
    }
    Ok(done)
}

fn save(tx: &mut dyn StoreTx, list: &[Open]) -> Result<()> {
    meta::save(tx, OPEN, WHAT, list)
}

/// Marks the row `id` and those that it is folded with, as far as they have no mark, and owes
/// them to the hub.
fn mark_class(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    mark: &Cell,
) -> Result<Vec<(&'static str, Id)>> {
    let class = alias::class(&*tx, entity.name, id)?;
    mark_all(tx, moment, entity, class, mark)
}

/// As [`mark_class`], for a mark that came from a hub.
pub(super) fn mark_agreed(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    mark: &Cell,
) -> Result<()> {
    let agreed = end_assumptions(tx, entity.name, id)?;
    mark_all(tx, moment, entity, agreed, mark).map(drop)
}

/// Ends what this device alone assumes to be one with a row that was purged elsewhere: nobody
/// there knew of it, so it stays. Returns the ids that stand for the row by agreement.
pub(super) fn end_assumptions(tx: &mut dyn StoreTx, entity: &str, id: Id) -> Result<Vec<Id>> {
    let agreed = alias::agreed(&*tx, entity, id)?;
    agreed.iter().try_for_each(|it| alias::end_assumptions(tx, entity, *it))?;
    Ok(agreed)
}

fn mark_all(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    members: Vec<Id>,
    mark: &Cell,
) -> Result<Vec<(&'static str, Id)>> {
    let mut done = Vec::new();
    for member in members {
        let found = tx.get(entity.name, member)?.filter(|it| !it.row.is_purged());
        if let Some(mut stored) = found {
            let before = stored.row.clone();
            stored.row.join(purge::marked(mark));
            clean(tx, entity.name, &mut stored, &before)?;
            tx.put(entity.name, &stored)?;
            tx.note(entity.name, member)?;
            owe_mark(tx, moment, entity.name, &stored)?;
            done.push((entity.name, member));
        }
    }
    Ok(done)
}

/// Takes away what this store keeps of a row besides its cells, which `before` had and `stored`
/// has not any more, and notes that what it owns is to be marked.
pub(super) fn clean(
    tx: &mut dyn StoreTx,
    entity: &str,
    stored: &mut Stored,
    before: &Row,
) -> Result<()> {
    let Some(mark) = stored.row.purge_mark().cloned() else { return Ok(()) };
    exclude::remember(tx, entity, stored.id)?;
    stored.local.clear();
    stored.key = None;
    hold::forget(tx, entity, before)?;
    due::note_here(tx, &mark)?;
    tx.erase_audit(entity, stored.id)?;
    let mut list = open(tx.reading())?;
    if let Some(descriptor) = tx.schema().get(entity) {
        let ids = alias::class(&*tx, entity, stored.id)?;
        purge::note(tx.schema(), &mut list, descriptor, &ids, &mark);
    }
    save(tx, &list)
}

/// Lets the hub know of a mark, and of nothing else of its row. A row that no hub has and that
/// was to stay here stays here as a mark, too.
fn owe_mark(tx: &mut dyn StoreTx, moment: &Moment, entity: &str, stored: &Stored) -> Result<()> {
    if let Some(mut entry) = tx.queued(entity, stored.id)? {
        if entry.excluded().is_some() && !stored.acked {
            return tx.dequeue(entity, stored.id);
        }
        entry.fields.clear();
        entry.standing = Standing::Waiting;
        tx.enqueue(&entry)?;
    }
    let Some(mark) = stored.row.purge_mark() else { return Ok(()) };
    due::note_there(tx, mark)?;
    let fields = [FieldName::from(PURGED)];
    match mark.stamp.node() == moment.node {
        true => owe(tx, entity, stored, fields, moment.now),
        false => owe_known(tx, entity, stored, fields, moment.now),
    }
}

/// The mark that the row `id`, which holds `row`, gets for what it is folded with or belongs to.
pub(super) fn inherited(
    tx: &dyn ReadTx,
    entity: &EntityDescriptor,
    id: Id,
    row: &Row,
) -> Result<Option<Cell>> {
    if row.is_purged() || !has_purged(tx)? {
        return Ok(None);
    }
    purge::inherited(tx, entity, id, row)
}

/// Marks what an alias has folded with a purged row.
pub(super) fn spread_over(tx: &mut dyn StoreTx, moment: &Moment, fact: &Row) -> Result<()> {
    let text = |field: &str| fact.value(field).and_then(Value::as_str);
    let (Some(entity), Some(low)) = (text("entity"), text("low")) else { return Ok(()) };
    let (Some(entity), Ok(low)) = (tx.schema().get(entity), low.parse::<Id>()) else {
        return Ok(());
    };
    if !has_purged(tx.reading())? {
        return Ok(());
    }
    let mut mark: Option<Cell> = None;
    for id in alias::agreed(&*tx, entity.name, low)? {
        let found = tx.get(entity.name, id)?.and_then(|it| it.row.purge_mark().cloned());
        mark = mark.into_iter().chain(found).max_by_key(|it| it.stamp);
    }
    match mark {
        Some(mark) => mark_agreed(tx, moment, entity, low, &mark),
        None => Ok(()),
    }
}

/// Every row that was purged, by entity and id, with its mark.
///
/// # Errors
/// When the store cannot be read.
pub fn purged(tx: &dyn ReadTx) -> Result<Vec<(String, Id, Cell)>> {
    let mut all = Vec::new();
    if !has_purged(tx)? {
        return Ok(all);
    }
    for entity in tx.stored_entities()? {
        let mut keep = |it: Stored| {
            let mark = it.row.purge_mark().cloned();
            all.extend(mark.map(|mark| (entity.clone(), it.id, mark)));
            Ok(())
        };
        match tx.schema().get(&entity) {
            Some(known) => {
                let find = Find::new().deleted(Deleted::Only);
                tx.find(known.name, &find)?.into_iter().try_for_each(keep)?;
            }
            None => tx.each_row_of(&entity, &mut keep)?,
        }
    }
    Ok(all)
}

/// Joins marks into the rows that are here, as [`purged`] gave them. Returns how many it marked.
///
/// # Errors
/// When the store cannot be written.
pub fn mark_again(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    marks: &[(String, Id, Cell)],
) -> Result<u64> {
    let mut count = 0;
    for (entity, id, mark) in marks {
        let Some(mut stored) = tx.get(entity, *id)? else { continue };
        let before = stored.row.clone();
        if stored.row.join(purge::marked(mark)) {
            clean(tx, entity, &mut stored, &before)?;
            tx.put(entity, &stored)?;
            tx.note(entity, *id)?;
            owe_mark(tx, moment, entity, &stored)?;
            count += 1;
        }
    }
    Ok(count)
}

/// That a row was purged, if it was.
pub(crate) fn refuse(entity: &EntityDescriptor, id: Id, row: &Row) -> Result<()> {
    if row.is_purged() {
        let (entity, why) = (entity.name.into(), Refusal::Purged);
        return Err(Error::Refused { entity, id, why });
    }
    Ok(())
}
