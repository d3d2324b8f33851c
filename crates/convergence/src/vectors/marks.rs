//! What a hub makes of purge marks: its rows get those of their twins and of their owners.

use driftline_core::EntityDescriptor;

use super::{
    cells::{Cells, PURGED, join},
    format::SentChange,
    hub::{ALIASES, ModelHub, plain},
};

impl ModelHub<'_> {
    /// The mark that a row gets if it has none, as a row: that of its twins, or else of the
    /// nearest owner that has one.
    pub(super) fn inherited(
        &self,
        entity: &EntityDescriptor,
        id: &str,
        cells: &Cells,
    ) -> Option<Cells> {
        let shown = join(self.twins(entity, id).iter().chain([cells]));
        if shown.contains_key(PURGED) {
            return Some(shown);
        }
        let (field, owner) = entity.owner()?;
        let (owner, id) = (self.entity(owner)?, plain(&shown.get(field)?.1)?);
        let nothing = Cells::new();
        let held = self.rows.get(&(owner.name.to_owned(), id.clone()));
        self.inherited(owner, &id, held.map_or(&nothing, |it| &it.cells))
    }

    /// The other ids of a row; rows without a natural key have none.
    fn others(&self, entity: &EntityDescriptor, id: &str) -> Vec<String> {
        if entity.natural_key.is_empty() {
            return Vec::new();
        }
        self.class(entity.name, id).into_iter().filter(|it| it != id).collect()
    }

    fn twins(&self, entity: &EntityDescriptor, id: &str) -> Vec<Cells> {
        let place = |it| (entity.name.to_owned(), it);
        let others = self.others(entity, id).into_iter();
        others.filter_map(|it| Some(self.rows.get(&place(it))?.cells.clone())).collect()
    }

    /// Marks a row that is here and has no mark, with what it inherits.
    fn mark(&mut self, entity: &EntityDescriptor, id: &str) {
        let place = (entity.name.to_owned(), id.to_owned());
        let Some(held) = self.rows.get(&place) else { return };
        let mark = self.inherited(entity, id, &held.cells);
        let (Some(mark), false) = (mark, held.cells.contains_key(PURGED)) else { return };
        self.head += 1;
        if let Some(held) = self.rows.get_mut(&place) {
            held.seq = self.head;
            held.keys.push(None);
            held.cells = mark;
        }
    }

    /// Marks the twins of a row that was just marked.
    pub(super) fn spread(&mut self, entity: &'static EntityDescriptor, id: &str) {
        for other in self.others(entity, id) {
            self.mark(entity, &other);
        }
        self.purged.push_back((entity, id.to_owned()));
    }

    /// Marks what a fact has folded with a purged row.
    pub(super) fn spread_fact(&mut self, fact: &SentChange) {
        let Some(held) = self.rows.get(&(fact.entity.clone(), fact.id.clone())) else { return };
        let end = |name: &str| held.cells.get(name).and_then(|it| plain(&it.1));
        let (Some(named), Some(low)) = (end("entity"), end("low")) else { return };
        let Some(entity) = self.entity(&named).filter(|_| fact.entity == ALIASES) else { return };
        if self.inherited(entity, &low, &Cells::new()).is_some() {
            self.mark(entity, &low);
            self.spread(entity, &low);
        }
    }

    /// Marks what purged rows own: by entity, then by the id of the owner, then by its own.
    pub(super) fn mark_owned(&mut self) {
        while let Some((entity, id)) = self.purged.pop_front() {
            let mut ids = self.others(entity, &id);
            ids.push(id);
            ids.sort_unstable();
            for child in self.entities.iter().copied() {
                let Some((field, _)) = child.owner().filter(|it| it.1 == entity.name) else {
                    continue;
                };
                for owner in &ids {
                    let owned = self.rows.iter().filter(|((name, _), it)| {
                        let named = it.cells.get(field).and_then(|cell| plain(&cell.1));
                        name == child.name && named.as_ref() == Some(owner)
                    });
                    let owned: Vec<String> = owned.map(|((_, id), _)| id.clone()).collect();
                    for id in owned {
                        self.mark(child, &id);
                        self.spread(child, &id);
                    }
                }
            }
        }
    }
}
