//! What people and imports write on a device, and what the model is told of it.

use std::sync::Mutex;

use driftline_core::{
    DELETED_AT, EntityDescriptor, Env as _, Error, Id, Input, Kind, Refusal, Result, Row, Stamp,
    Value, Values,
    clock::DRIFT,
    device::{self, Imported},
    store::{AuditKind, Durability},
    view::{self, View},
};

use crate::{
    device::Device,
    dice::Dice,
    fragile::Fuse,
    model::{self, Model, Write},
    promise::{broken, lock},
    seen,
};

/// How many records each entity has that every device can import.
pub(crate) const RECORDS: usize = 4;

impl Device {
    /// A person creates a row whose key meets others.
    pub(crate) fn create(&self, model: &Mutex<Model>, dice: &mut Dice) -> Result<()> {
        let process = self.process(dice.roll());
        let Some(entity) = dice.pick(self.schema.entities()).copied() else { return Ok(()) };
        let digit = dice.below(3);
        let values = {
            let model = lock(model);
            let roll = dice.roll();
            let ids = |to: &str| Dice::new(roll).pick(model.ids(to)).copied();
            model::birth(entity, digit, dice, &ids)
        };
        let id = Id::new(self.env.wall(), [dice.roll(), dice.roll()]);
        self.see_references(entity, &values)?;
        let moment = process.moment();
        let done = process.store.transact(Durability::Full, |tx| {
            device::create(tx, &moment, entity, id, values.clone())
        });
        match done {
            Err(Error::Refused { id: taken, why: Refusal::KeyTaken { .. }, .. }) => {
                self.check_taken(entity, &values, taken)
            }
            Err(Error::Invalid { what: Input::Value, .. }) if values.is_empty() => Ok(()),
            done => self.finish(model, entity, id, &values, None, done),
        }
    }

    /// Notes whether `values` refer to a row that this device has not heard of.
    fn see_references(&self, entity: &EntityDescriptor, values: &Values) -> Result<()> {
        for (field, value) in values {
            let to = entity.field(field).map(|it| it.kind);
            let id = value.as_str().and_then(|it| it.parse::<Id>().ok());
            if let (Some(Kind::Ref(to)), Some(id)) = (to, id) {
                let known = self.look(|tx| tx.get(to, id))?.is_some();
                self.see(seen::REFERENCE_TO_NOTHING, !known);
            }
        }
        Ok(())
    }

    /// A refusal for a taken key names a live row that has it.
    fn check_taken(&self, entity: &EntityDescriptor, values: &Values, id: Id) -> Result<()> {
        let mut row = Row::default();
        for (field, value) in values {
            let value = entity.normalise(field, value.clone());
            row.set(field.clone(), Stamp::person(0, 0, 0), value);
        }
        let shown = self.look(|tx| view::view(tx, entity, id))?;
        match shown {
            Some(it) if !it.row.is_deleted() && entity.key_of(&it.row) == entity.key_of(&row) => {
                Ok(())
            }
            _ => {
                Err(broken(format!("{} {id} was named as holder of a key it has not", entity.name)))
            }
        }
    }

    /// A record is imported: a function of the record and of how much of it was there.
    pub(crate) fn import(&self, model: &Mutex<Model>, dice: &mut Dice) -> Result<()> {
        let process = self.process(dice.roll());
        let Some(entity) = dice.pick(self.schema.entities()).copied() else { return Ok(()) };
        let (record, reading) = (dice.below(RECORDS), dice.below(3));
        let id = record_id(entity.name, record);
        let row = reading_of(entity, record, reading);
        let before = self.look(|tx| tx.get(entity.name, id))?;
        let before = before.map(|it| it.row).unwrap_or_default();
        self.see(seen::IMPORT_OF_EDITED, before.latest_person().is_some());
        self.see(seen::IMPORT_OF_DELETED, before.is_deleted());
        let durability = Durability::Normal;
        let cells: Vec<_> = row.clone().into_cells().collect();
        let mut outcome = None;
        let done = process.write_with(durability, |tx| {
            outcome = Some(tx.import(entity, id, cells, Vec::new())?);
            Ok(())
        });
        if outcome == Some(Imported::Purged) {
            self.see(seen::IMPORT_OF_PURGED, true);
            return tolerate(done, &self.fuse);
        }
        if done.is_ok() || self.fuse.committed() {
            let mut model = lock(model);
            for what in model.read(entity.name, id, self.name, reading) {
                self.see(what, true);
            }
            for (field, cell) in row.cells() {
                let (value, stamp) = (entity.normalise(field, cell.value.clone()), cell.stamp);
                model.note(entity, id, field, Write { value, stamp, person: false, over: None });
            }
            let key = row.cells().fold(Row::default(), |mut all, (field, cell)| {
                all.set(field.clone(), cell.stamp, entity.normalise(field, cell.value.clone()));
                all
            });
            model.note_key(entity, id, entity.key_of(&key));
        }
        tolerate(done, &self.fuse)
    }

    /// A person edits some row by an id that once stood for it.
    pub(crate) fn edit(&self, model: &Mutex<Model>, dice: &mut Dice) -> Result<()> {
        let process = self.process(dice.roll());
        let Some((entity, id)) = self.some_row(model, dice)? else { return Ok(()) };
        let fields: Vec<_> = entity.synced().collect();
        let mut values = Values::new();
        for _ in 0..=dice.below(2) {
            let Some(field) = dice.pick(&fields) else { continue };
            let digit = dice.below(3);
            let model = lock(model);
            let roll = dice.roll();
            let ids = |to: &str| Dice::new(roll).pick(model.ids(to)).copied();
            let value = model::value_for(entity, field, digit, dice, &ids);
            values.insert(field.name.to_owned(), value);
        }
        let before = self.look(|tx| view::view(tx, entity, id))?;
        if let Some(it) = &before {
            self.see(seen::EDIT_BY_STALE_ID, it.id != id);
            self.see(seen::EDIT_OF_IMPORTED, is_imported(it));
        }
        let done = process.update_values(entity.name, id, &values);
        match done {
            Err(Error::Refused { why: Refusal::AppendOnly, .. })
                if entity.policy == driftline_core::Policy::AppendOnly =>
            {
                Ok(())
            }
            Err(Error::NotFound { .. }) => Ok(()),
            Err(Error::Refused { why: Refusal::Purged, .. }) => self.refused(before.as_ref()),
            Ok(()) if entity.policy == driftline_core::Policy::AppendOnly => {
                Err(broken(format!("{} {id} was edited, but is append-only", entity.name)))
            }
            done => self.finish(model, entity, id, &values, before.as_ref(), done),
        }
    }

    /// A person deletes or restores some row.
    pub(crate) fn delete(
        &self,
        model: &Mutex<Model>,
        dice: &mut Dice,
        deleted: bool,
    ) -> Result<()> {
        let process = self.process(dice.roll());
        let Some((entity, id)) = self.some_row(model, dice)? else { return Ok(()) };
        let before = self.look(|tx| view::view(tx, entity, id))?;
        if before.as_ref().is_none_or(|it| it.row.is_deleted() == deleted) {
            return Ok(());
        }
        if before.as_ref().is_some_and(|it| it.row.is_purged()) {
            return match process.set_deleted(entity.name, id, deleted) {
                Err(Error::Refused { why: Refusal::Purged, .. }) => self.refused(before.as_ref()),
                _ => Err(broken(format!("{} {id} was restored, but is purged", entity.name))),
            };
        }
        self.see(seen::DELETE_OF_IMPORTED, deleted && before.as_ref().is_some_and(is_imported));
        let now = process.moment().now;
        let done = process.set_deleted(entity.name, id, deleted);
        let value = if deleted { Value::from(now) } else { Value::Null };
        let values = Values::from([(DELETED_AT.to_owned(), value)]);
        self.finish(model, entity, id, &values, before.as_ref(), done)
    }

    /// A person brings a value back from the conflict log.
    pub(crate) fn bring_back(&self, model: &Mutex<Model>, dice: &mut Dice) -> Result<()> {
        let process = self.process(dice.roll());
        let log = process.audit(Some(AuditKind::Conflict), 8)?;
        let Some(lost) = dice.pick(&log) else { return Ok(()) };
        let Some(entity) = self.schema.get(&lost.entity) else { return Ok(()) };
        let before = self.look(|tx| view::view(tx, entity, lost.id))?;
        let now = process.moment().now;
        let was_deleted = before.as_ref().is_some_and(|it| it.row.is_deleted());
        let value = match (lost.field == DELETED_AT, lost.lost.is_null()) {
            (true, deleted) if was_deleted != deleted => return Ok(()),
            (true, false) => Value::from(now),
            _ => lost.lost.clone(),
        };
        match process.bring_back(lost) {
            Err(
                Error::NotFound { .. }
                | Error::Refused { why: Refusal::AppendOnly | Refusal::Purged, .. }
                | Error::Invalid { what: Input::Field, .. },
            ) => Ok(()),
            done => {
                let values = Values::from([(lost.field.clone(), value)]);
                self.finish(model, entity, lost.id, &values, before.as_ref(), done)
            }
        }
    }

    pub(crate) fn some_row(
        &self,
        model: &Mutex<Model>,
        dice: &mut Dice,
    ) -> Result<Option<(&'static EntityDescriptor, Id)>> {
        for _ in 0..4 {
            let Some(entity) = dice.pick(self.schema.entities()).copied() else { continue };
            let Some(id) = dice.pick(lock(model).ids(entity.name)).copied() else { continue };
            if self.look(|tx| view::view(tx, entity, id))?.is_some() {
                return Ok(Some((entity, id)));
            }
        }
        Ok(None)
    }

    /// Notes what a person wrote, if it was committed, and holds it to what a person
    /// expects: they read their own write, and it wins over what they saw.
    fn finish(
        &self,
        model: &Mutex<Model>,
        entity: &'static EntityDescriptor,
        id: Id,
        values: &Values,
        before: Option<&View>,
        done: Result<()>,
    ) -> Result<()> {
        self.see_clock();
        self.hear_restamps(model)?;
        if done.is_ok() || self.fuse.committed() {
            let (shown, members) = self.look(|tx| {
                let shown = view::view(tx, entity, id)?;
                let ids = shown.as_ref().map_or_else(Vec::new, |it| it.members.clone());
                let members: Result<Vec<_>> =
                    ids.into_iter().map(|id| tx.get(entity.name, id)).collect();
                Ok((shown, members?))
            })?;
            let shown = shown.ok_or_else(|| broken(format!("{} {id} vanished", entity.name)))?;
            let mut model = lock(model);
            for (field, value) in values {
                let value = entity.normalise(field, value.clone());
                let cell = shown.row.cell(field);
                let old = before.and_then(|it| it.row.cell(field)).map(|it| it.stamp);
                let Some(cell) = cell.filter(|it| it.value == value && Some(it.stamp) > old) else {
                    return Err(broken(format!(
                        "{} {id} {field}: a person does not read their own write",
                        entity.name
                    )));
                };
                let furthest = *lock(&self.furthest) + DRIFT;
                if cell.stamp.millis() > furthest.max(old.map_or(0, Stamp::millis)) {
                    return Err(broken(format!(
                        "{} {id} {field}: another device's clock moved this one's far ahead",
                        entity.name
                    )));
                }
                let holder = members.iter().flatten().find(|it| it.row.cell(field) == Some(cell));
                let holder = holder.map_or(id, |it| it.id);
                let write = Write { value, stamp: cell.stamp, person: true, over: old };
                let place = (entity.name.to_owned(), holder, field.clone());
                lock(&self.unsent).insert(place, cell.stamp);
                model.note(entity, holder, field, write);
            }
            for it in members.iter().flatten() {
                model.note_key(entity, it.id, entity.key_of(&it.row));
            }
            model.note_key(entity, id, entity.key_of(&shown.row));
        }
        tolerate(done, &self.fuse)
    }
}

fn is_imported(view: &View) -> bool {
    view.row.cells().any(|(_, cell)| !cell.stamp.is_person())
}

/// What a person's process says when it dies is nobody's concern.
pub(crate) fn tolerate(done: Result<()>, fuse: &Fuse) -> Result<()> {
    match done {
        Err(_) if fuse.is_dead() => Ok(()),
        done => done,
    }
}

pub(crate) fn record_id(entity: &str, record: usize) -> Id {
    Id::imported(record as u64 * 1_000, &["tool", entity, &record.to_string()])
}

/// What one reading of a record says: 0 is incomplete, 1 and 2 are complete and differ,
/// as two versions of an agent may write them. A function of the record alone.
pub(crate) fn reading_of(entity: &EntityDescriptor, record: usize, reading: usize) -> Row {
    let hash = Dice::new(record as u64 * 3 + reading as u64).roll();
    let completeness = u16::from(reading > 0);
    let stamp = Stamp::machine(record as u64 * 1_000, completeness, 1, hash);
    let mut dice = Dice::new(hash);
    let ids = |to: &str| Some(record_id(to, record));
    let mut row = Row::default();
    for (place, field) in entity.synced().enumerate() {
        let is_key = entity.natural_key.contains(&field.name);
        let mut roll = if is_key { Dice::new(record as u64) } else { dice.clone() };
        dice.roll();
        if is_key || reading > 0 || place % 2 == 0 {
            let value = model::value_for(entity, field, record % 3, &mut roll, &ids);
            row.set(field.name, stamp, value);
        }
    }
    row
}
