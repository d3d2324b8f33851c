//! What a person purged is gone: every replica holds nothing of it but the mark, nothing that it
//! owns is left, nothing else was taken with it, and importing it again brings nothing back.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use driftline_core::{
    Durability, EntityDescriptor, Id, Millis, PURGED, Result, Value,
    device::{self, Discarded, Imported},
    store::Stored,
    view::{self, View},
};

use crate::{
    device::{Device, Process},
    dice::Dice,
    fleet::Fleet,
    model::{Expected, Model},
    promise::{broken, lock},
    rows::Rows,
    seen,
    writes::{RECORDS, reading_of, record_id, tolerate},
};

/// Classes of ids by their members.
type Classes = BTreeMap<(String, Id), BTreeSet<Id>>;

impl Fleet<'_> {
    /// Checks which rows the hub holds as marks, and expects the same everywhere.
    pub(crate) fn expect_purged(
        &self,
        hub: &Rows,
        classes: &Classes,
        expected: &mut BTreeMap<(String, Id), Expected>,
    ) -> Result<()> {
        let model = lock(&self.model);
        for name @ (entity, id) in model.purged() {
            if !hub.get(name).is_some_and(|it| it.row.is_purged()) {
                return Err(broken(format!("{entity} {id} was purged, and the hub holds it")));
            }
        }
        let look = Look { hub, classes, model: &model };
        for (name @ (entity, id), stored) in hub {
            let known = self.suite.schema.get(entity);
            let inherits = known.is_some_and(|it| look.inherits(it, *id, stored));
            match stored.row.purge_mark() {
                None if inherits => {
                    return Err(broken(format!("{entity} {id} belongs to a purged row")));
                }
                None => (),
                Some(mark) => {
                    let may = known.is_some_and(|it| look.may_inherit(it, *id));
                    if !may && !model.purged().contains(name) {
                        return Err(broken(format!("{entity} {id} is gone, and nobody purged it")));
                    }
                    let mark = (PURGED.to_owned(), (mark.stamp, mark.value.clone()));
                    expected.insert(name.clone(), Expected::from([mark]));
                }
            }
        }
        Ok(())
    }

    /// Checks that nothing else of a purged row is on a device, and that none comes back.
    pub(crate) fn nothing_purged_is_left(&self, device: &Device, rows: &Rows) -> Result<()> {
        for ((entity, id), stored) in rows.iter().filter(|it| it.1.row.is_purged()) {
            let left = device.look(|tx| {
                Ok((tx.audit_of(entity, *id)?.len(), tx.queued(entity, *id)?.is_some()))
            })?;
            if left != (0, false) || !stored.local.is_empty() || stored.key.is_some() {
                let found = format!("device {} keeps more of {entity} {id}", device.name);
                return Err(broken(format!("{found} than its mark: {left:?}")));
            }
            let Some(known) = device.schema.get(entity) else { continue };
            for record in 0..RECORDS {
                if record_id(entity, record) != *id {
                    continue;
                }
                let cells = reading_of(known, record, 1).into_cells().collect();
                let done = device.processes[0].write_with(Durability::Normal, |tx| {
                    tx.import(known, *id, cells, Vec::new())
                })?;
                if done != Imported::Purged {
                    return Err(broken(format!("an import brought {entity} {id} back")));
                }
            }
        }
        Ok(())
    }
}

impl Device {
    /// A person purges some row, or empties the trash.
    pub(crate) fn purge(&self, model: &Mutex<Model>, dice: &mut Dice) -> Result<()> {
        let roll = dice.roll();
        let process = self.process(roll);
        if (roll >> 8).is_multiple_of(4) {
            return self.empty_trash(process, model);
        }
        let Some((entity, id)) = self.some_row(model, dice)? else { return Ok(()) };
        let Some(before) = self.look(|tx| view::view(tx, entity, id))? else { return Ok(()) };
        let done = process.purge(entity.name, id);
        self.see_clock();
        self.hear_restamps(model)?;
        if done.is_ok() || self.fuse.committed() {
            let is_left = |id: &Id| -> Result<bool> {
                let stored = self.look(|tx| tx.get(entity.name, *id))?;
                Ok(stored.is_some_and(|it| !it.row.is_purged()))
            };
            for it in &before.members {
                if is_left(it)? {
                    return Err(broken(format!("{} {it} was purged and is here", entity.name)));
                }
            }
            self.see(seen::PURGE_OF_OWNER, done.as_ref().is_ok_and(|it| *it > 1));
            lock(model).purge(entity.name, &before.members);
        }
        tolerate(done.map(drop), &self.fuse)
    }

    fn empty_trash(&self, process: &Process, model: &Mutex<Model>) -> Result<()> {
        let trash = self.look(|tx| device::discarded(tx, Millis::MAX))?;
        let mut before = Vec::new();
        for Discarded { entity, rows, .. } in &trash {
            let entity = self.schema.entity(entity)?;
            for id in rows {
                before.extend(self.look(|tx| view::view(tx, entity, *id))?.map(|it| (entity, it)));
            }
        }
        let done = process.empty_trash(&trash, Millis::MAX);
        self.see_clock();
        self.hear_restamps(model)?;
        self.see(seen::TRASH_EMPTIED, done.is_ok() && !before.is_empty());
        for (entity, View { id, members, .. }) in before {
            let is_gone =
                self.look(|tx| view::view(tx, entity, id))?.is_none_or(|it| it.row.is_purged());
            if is_gone {
                lock(model).purge(entity.name, &members);
            } else if done.is_ok() {
                return Err(broken(format!("{} {id} was in the trash and is here", entity.name)));
            }
        }
        tolerate(done.map(drop), &self.fuse)
    }

    /// A write was refused because the row was purged: it must have been.
    pub(crate) fn refused(&self, before: Option<&View>) -> Result<()> {
        self.see(seen::WRITE_TO_PURGED, true);
        match before {
            Some(it) if it.row.is_purged() => Ok(()),
            _ => Err(broken("a row is refused as purged, and is not".into())),
        }
    }
}

/// What decides which rows a purge takes with it.
struct Look<'a> {
    hub: &'a Rows,
    classes: &'a Classes,
    model: &'a Model,
}

impl Look<'_> {
    fn class(&self, entity: &str, id: Id) -> BTreeSet<Id> {
        let found = self.classes.get(&(entity.to_owned(), id)).cloned();
        found.unwrap_or_else(|| BTreeSet::from([id]))
    }

    /// Whether the row or one that it is folded with was purged.
    fn is_purged(&self, entity: &str, id: Id) -> bool {
        let row = |id| self.hub.get(&(entity.to_owned(), id));
        self.class(entity, id).into_iter().any(|it| row(it).is_some_and(|it| it.row.is_purged()))
    }

    /// Whether the row, as it is, must have been purged with another one.
    fn inherits(&self, entity: &EntityDescriptor, id: Id, stored: &Stored) -> bool {
        let mut row = stored.row.clone();
        for other in self.class(entity.name, id) {
            if let Some(it) = self.hub.get(&(entity.name.to_owned(), other)) {
                row.join(it.row.clone());
            }
        }
        let owner = entity.owner().and_then(|(field, of)| {
            let id = row.value(field)?.as_str()?.parse().ok()?;
            Some(self.is_purged(of, id))
        });
        row.is_purged() || owner.unwrap_or_default()
    }

    /// Whether the row can have been purged with another one: it depends on which came first,
    /// the purge or a move to another owner.
    fn may_inherit(&self, entity: &EntityDescriptor, id: Id) -> bool {
        let class = self.class(entity.name, id);
        if class.iter().any(|it| self.model.purged().contains(&(entity.name.to_owned(), *it))) {
            return true;
        }
        let Some((field, of)) = entity.owner() else { return class.len() > 1 };
        let names = |value: &Value| value.as_str().and_then(|it| it.parse().ok());
        let ever = class.iter().flat_map(|it| self.model.ever(entity.name, *it, field));
        ever.filter_map(|it| names(&it)).any(|owner| self.is_purged(of, owner))
    }
}
