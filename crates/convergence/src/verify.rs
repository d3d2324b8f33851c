//! The promises, checked when all is quiet.

use std::collections::{BTreeMap, BTreeSet};

use driftline_core::{
    ALIASES, Cell, Id, PURGED, Result, Stamp, Value, device, status::State, store::Stored,
};

use crate::{
    device::Device,
    fleet::Fleet,
    model::{Expected, order},
    plan::Action,
    promise::{broken, lock},
    rows::Rows,
};

impl Fleet<'_> {
    /// Checks every promise on every replica.
    pub(crate) fn verify(&mut self) -> Result<()> {
        let hub = self.hub.rows()?;
        let mut expected = lock(&self.model).rows();
        let facts = facts(&hub);
        for (id, stored) in hub.iter().filter(|((entity, _), _)| entity == ALIASES.name) {
            expected.insert(id.clone(), cells(stored));
        }
        let classes = self.classes(&facts)?;
        self.expect_purged(&hub, &classes, &mut expected)?;
        same_rows("the hub", &expected, &hub)?;
        let fresh = self.device(self.devices.len(), false)?;
        self.sync_clean(&fresh)?;
        self.devices.push(fresh);
        let mut digests = BTreeSet::new();
        for device in &self.devices {
            let name = format!("device {}", device.name);
            let rows = device.rows()?;
            same_rows(&name, &expected, &rows)?;
            honest(device, &rows)?;
            self.nothing_purged_is_left(device, &rows)?;
            let mut digest = device.processes[0].digest()?;
            digest.retain(|_, sum| *sum != 0);
            digests.insert(digest);
        }
        if digests.len() > 1 {
            return Err(broken("devices that hold the same rows show other digests".into()));
        }
        if let Some(cell) = lock(&self.model).overruled() {
            return Err(broken(format!("an import overruled a person: {cell}")));
        }
        let is_purged = |entity: &str, id: Id| {
            let row = expected.get(&(entity.to_owned(), id));
            row.is_some_and(|it| it.contains_key(PURGED))
        };
        if let Some(cell) = lock(&self.model).undercut(is_purged) {
            let found = format!("an edit was given a stamp below what it replaced: {cell}");
            return Err(broken(found));
        }
        self.same_views(&expected, &classes)?;
        self.no_doubles(&classes)
    }

    /// The classes of ids by their facts, each of which must be right.
    fn classes(&self, facts: &[(String, Id, Id)]) -> Result<BTreeMap<(String, Id), BTreeSet<Id>>> {
        let mut classes: BTreeMap<(String, Id), BTreeSet<Id>> = BTreeMap::new();
        for (entity, one, other) in facts {
            let mut class = BTreeSet::from([*one, *other]);
            for id in [one, other] {
                class.extend(classes.get(&(entity.clone(), *id)).into_iter().flatten());
            }
            for id in &class {
                classes.insert((entity.clone(), *id), class.clone());
            }
        }
        // A row has the key of its class, so a fact is right if some pair of the class
        // ever had one key.
        for ((entity, _), class) in &classes {
            let model = lock(&self.model);
            let known = self.suite.schema.entity(entity)?;
            let right = |one: &Id| {
                class.iter().any(|other| other != one && model.shared_key(known, *one, *other))
            };
            if let Some(odd) = class.iter().find(|it| !right(it)) {
                let found = format!("{entity} {odd} was folded with a row that never had its key");
                return Err(broken(found));
            }
        }
        Ok(classes)
    }

    /// Every device shows the join of each class under its smallest id.
    fn same_views(
        &self,
        expected: &BTreeMap<(String, Id), Expected>,
        classes: &BTreeMap<(String, Id), BTreeSet<Id>>,
    ) -> Result<()> {
        let mut shown: BTreeMap<(&str, Id), Expected> = BTreeMap::new();
        for ((entity, id), cells) in expected {
            let class = classes.get(&(entity.clone(), *id));
            let first = class.and_then(BTreeSet::first).copied().unwrap_or(*id);
            let all = shown.entry((entity, first)).or_default();
            for (field, cell) in cells {
                let greater = all
                    .get(field)
                    .is_none_or(|known| order((known.0, &known.1), (cell.0, &cell.1)).is_lt());
                if greater {
                    all.insert(field.clone(), cell.clone());
                }
            }
        }
        shown.retain(|_, cells| !cells.contains_key(PURGED));
        for device in &self.devices {
            for entity in device.schema.entities() {
                let views = device.views(entity)?;
                let mine: BTreeMap<Id, Expected> = views
                    .into_iter()
                    .map(|it| {
                        let cells = it.row.cells();
                        (it.id, cells.map(|(f, c)| (f.to_string(), both(c))).collect())
                    })
                    .collect();
                let theirs: BTreeMap<Id, Expected> = shown
                    .iter()
                    .filter(|((name, _), _)| *name == entity.name)
                    .map(|((_, id), cells)| (*id, cells.clone()))
                    .collect();
                if mine != theirs {
                    let found = format!("device {} shows other {}", device.name, entity.name);
                    return Err(broken(found));
                }
            }
        }
        Ok(())
    }

    /// Among rows that were never renamed or deleted, one row per key. Where hubs were
    /// wiped or put back, two rows may both be old when they first meet, and stay two.
    fn no_doubles(&self, classes: &BTreeMap<(String, Id), BTreeSet<Id>>) -> Result<()> {
        let lost = [Action::WipeHub, Action::RestoreHub];
        if self.plan.steps.iter().any(|it| lost.contains(&it.action)) {
            return Ok(());
        }
        let device = &self.devices[self.devices.len() - 1];
        for entity in device.schema.entities() {
            let mut seen = BTreeMap::new();
            for it in device.views(entity)? {
                let class = classes.get(&(entity.name.to_owned(), it.id));
                let one = BTreeSet::from([it.id]);
                let mut members = class.unwrap_or(&one).iter();
                if it.row.is_deleted()
                    || !members.all(|id| lock(&self.model).is_settled(entity.name, *id))
                {
                    continue;
                }
                if let Some(key) = entity.key_of(&it.row)
                    && let Some(twin) = seen.insert(key, it.id)
                {
                    let found = format!("{} {twin} and {} are doubles", entity.name, it.id);
                    return Err(broken(found));
                }
            }
        }
        Ok(())
    }
}

/// The facts that a hub holds, each with both of its ids.
fn facts(hub: &Rows) -> Vec<(String, Id, Id)> {
    let end = |stored: &Stored, name: &str| -> Option<Id> {
        stored.row.value(name)?.as_str()?.parse().ok()
    };
    hub.iter()
        .filter(|((entity, _), _)| entity == ALIASES.name)
        .filter_map(|(_, it)| {
            let entity = it.row.value("entity")?.as_str()?.to_owned();
            Some((entity, end(it, "low")?, end(it, "high")?))
        })
        .collect()
}

fn both(cell: &Cell) -> (Stamp, Value) {
    (cell.stamp, cell.value.clone())
}

fn cells(stored: &Stored) -> Expected {
    stored.row.cells().map(|(field, cell)| (field.to_string(), both(cell))).collect()
}

/// A replica holds every write that anybody made, and nothing else.
fn same_rows(who: &str, expected: &BTreeMap<(String, Id), Expected>, rows: &Rows) -> Result<()> {
    for ((entity, id), cells_expected) in expected {
        let Some(stored) = rows.get(&(entity.clone(), *id)) else {
            return Err(broken(format!("{who} lacks {entity} {id}")));
        };
        let found = cells(stored);
        if found != *cells_expected {
            let odd = cells_expected
                .iter()
                .find(|(field, cell)| found.get(*field) != Some(cell))
                .map_or_else(
                    || "it has a cell that nobody wrote".into(),
                    |(field, cell)| format!("{field} is {:?}, not {cell:?}", found.get(field)),
                );
            return Err(broken(format!("{who}: {entity} {id}: {odd}")));
        }
    }
    match rows.keys().find(|it| !expected.contains_key(*it)) {
        Some((entity, id)) => {
            Err(broken(format!("{who} has {entity} {id}, which nobody wrote for it")))
        }
        None => Ok(()),
    }
}

/// The device says that it is synced, and nothing waits.
fn honest(device: &Device, rows: &Rows) -> Result<()> {
    let status = device.processes[0].status(Some("hub"))?;
    if status.state != State::Synced || status.waiting + status.parked > 0 {
        return Err(broken(format!("device {} says {status:?}", device.name)));
    }
    let link = device.look(|tx| device::link(tx))?;
    let mut held: BTreeMap<String, u64> = BTreeMap::new();
    for ((entity, _), it) in rows {
        let sum = held.entry(entity.clone()).or_default();
        *sum = sum.wrapping_add(it.hash);
    }
    let mut kept = link.digests;
    kept.retain(|_, sum| *sum != 0);
    if kept != held {
        let found = format!("device {} keeps a digest that its rows do not add up to", device.name);
        return Err(broken(found));
    }
    Ok(())
}
