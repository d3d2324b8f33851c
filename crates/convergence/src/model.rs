//! What must be true, worked out in another way than the engine does: a list of every
//! write that anybody ever made, joined at the end. It shares no code with the merge;
//! stamps are compared as text, values as JSON. Comparing replicas with each other
//! would not do: they can agree on having lost the same write.

use std::collections::{BTreeMap, BTreeSet};

use driftline_core::{DELETED_AT, EntityDescriptor, Id, Stamp, Value, Values};

use crate::seen;

/// One cell that somebody wrote.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) value: Value,
    pub(crate) stamp: Stamp,
    pub(crate) person: bool,
    /// The stamp of what the person saw and meant to replace.
    pub(crate) over: Option<Stamp>,
}

/// A row as the model expects it: the stamp and the value of each field.
pub(crate) type Expected = BTreeMap<String, (Stamp, Value)>;

/// Which of two cells stands, by the text of their stamps, then of their values.
pub(crate) fn order(one: (Stamp, &Value), other: (Stamp, &Value)) -> std::cmp::Ordering {
    let text = |(stamp, value): (Stamp, &Value)| (stamp.to_string(), value.to_string());
    text(one).cmp(&text(other))
}

/// Everything that anybody ever wrote.
#[derive(Debug, Default)]
pub(crate) struct Model {
    writes: BTreeMap<(String, Id), BTreeMap<String, Vec<Write>>>,
    ids: BTreeMap<String, Vec<Id>>,
    /// Rows whose key somebody changed after their birth, or that were ever deleted.
    moved: BTreeSet<(String, Id)>,
    keys: BTreeMap<(String, Id), BTreeSet<String>>,
    /// Rows that a person purged.
    purged: BTreeSet<(String, Id)>,
    /// Rows that some hub took or may take.
    taken: BTreeSet<(String, Id)>,
    /// Which device imported which reading of a record.
    readings: BTreeMap<(String, Id), BTreeSet<(usize, usize)>>,
}

impl Model {
    /// Notes a write that was reported as done.
    pub(crate) fn note(&mut self, entity: &EntityDescriptor, id: Id, field: &str, write: Write) {
        let name = entity.name.to_owned();
        let is_new = !self.writes.contains_key(&(name.clone(), id));
        if is_new {
            self.ids.entry(name.clone()).or_default().push(id);
        }
        let cells = self.writes.entry((name.clone(), id)).or_default();
        let again = cells.contains_key(field);
        cells.entry(field.to_owned()).or_default().push(write);
        if field == DELETED_AT || (again && entity.natural_key.contains(&field)) {
            self.moved.insert((name, id));
        }
    }

    /// Notes that a person purged these rows, which are one to them.
    pub(crate) fn purge(&mut self, entity: &str, ids: &[Id]) {
        self.purged.extend(ids.iter().map(|id| (entity.to_owned(), *id)));
    }

    /// Every row that a person purged.
    pub(crate) fn purged(&self) -> &BTreeSet<(String, Id)> {
        &self.purged
    }

    /// Every value that a field of a row ever had.
    pub(crate) fn ever(&self, entity: &str, id: Id, field: &str) -> Vec<Value> {
        let writes = self.writes.get(&(entity.to_owned(), id)).and_then(|it| it.get(field));
        writes.into_iter().flatten().map(|it| it.value.clone()).collect()
    }

    /// Notes that the row was complete at this point and had a key.
    pub(crate) fn note_key(&mut self, entity: &EntityDescriptor, id: Id, key: Option<String>) {
        if let Some(key) = key {
            let keys = self.keys.entry((entity.name.to_owned(), id)).or_default();
            keys.insert(key);
            if keys.len() > 1 {
                self.moved.insert((entity.name.to_owned(), id));
            }
        }
    }

    /// Notes that `device` imported a reading of a record, and returns how it compares with
    /// those that others imported: reading 0 is incomplete, the others are complete.
    pub(crate) fn read(
        &mut self,
        entity: &str,
        id: Id,
        device: usize,
        reading: usize,
    ) -> BTreeSet<&'static str> {
        let known = self.readings.entry((entity.to_owned(), id)).or_default();
        let others = known.iter().filter(|it| it.0 != device).map(|it| it.1);
        let met = others.map(|other| match (other, reading) {
            (other, reading) if other == reading => seen::SAME_ID_EQUAL,
            (0, _) | (_, 0) => seen::SAME_ID_MORE_COMPLETE,
            _ => seen::SAME_ID_DIFFERENT,
        });
        let met = met.collect();
        known.insert((device, reading));
        met
    }

    /// Notes that a hub took the row or may do so, and returns whether it is the first
    /// time.
    pub(crate) fn hear(&mut self, entity: &str, id: Id) -> bool {
        self.taken.insert((entity.to_owned(), id))
    }

    /// Whether a hub took the row or may have done so.
    pub(crate) fn is_heard(&self, entity: &str, id: Id) -> bool {
        self.taken.contains(&(entity.to_owned(), id))
    }

    /// A write was given another stamp. Earlier writes of the same device to the same
    /// cell were overwritten by it, so they do not come before the new stamp either.
    pub(crate) fn restamp(&mut self, entity: &str, id: Id, field: &str, was: Stamp, now: Stamp) {
        let cells = self.writes.get_mut(&(entity.to_owned(), id));
        let Some(writes) = cells.and_then(|it| it.get_mut(field)) else { return };
        let device = |stamp: Stamp| stamp.node() >> 32;
        let gone = |it: &Write| {
            let own = it.person && device(it.stamp) == device(was);
            own && it.stamp < was && it.stamp >= now
        };
        // What was seen is known under another stamp now, or what came before it is.
        let mut moved: BTreeMap<Stamp, Option<Stamp>> =
            writes.iter().filter(|it| gone(it)).map(|it| (it.stamp, it.over)).collect();
        moved.insert(was, Some(now));
        writes.retain(|it| !gone(it));
        for write in writes.iter_mut().filter(|it| it.stamp == was) {
            write.stamp = now;
        }
        let rows = self.writes.iter_mut().filter(|((name, _), _)| name == entity);
        for write in rows.filter_map(|(_, it)| it.get_mut(field)).flatten() {
            while let Some(over) = write.over.and_then(|it| moved.get(&it)) {
                write.over = *over;
            }
        }
    }

    /// Every id of an entity.
    pub(crate) fn ids(&self, entity: &str) -> &[Id] {
        self.ids.get(entity).map_or(&[], Vec::as_slice)
    }

    /// Every row that must be everywhere, by entity and id.
    pub(crate) fn rows(&self) -> BTreeMap<(String, Id), Expected> {
        let mut rows = BTreeMap::new();
        for (name, cells) in &self.writes {
            let joined = cells.iter().map(|(field, writes)| {
                let last = writes.iter().max_by(|one, other| {
                    order((one.stamp, &one.value), (other.stamp, &other.value))
                });
                Some((field.clone(), last.map(|it| (it.stamp, it.value.clone()))?))
            });
            rows.insert(name.clone(), joined.flatten().collect());
        }
        rows
    }

    /// A cell in which something that a person wrote does not stand although a person
    /// wrote it: an import won.
    pub(crate) fn overruled(&self) -> Option<String> {
        for ((entity, id), cells) in &self.writes {
            for (field, writes) in cells {
                let persons = writes.iter().filter(|it| it.person).count();
                if persons == 0 || persons == writes.len() {
                    continue;
                }
                let last = writes.iter().max_by_key(|it| it.stamp.to_string());
                if last.is_some_and(|it| !it.person) {
                    return Some(format!("{entity} {id} {field}"));
                }
            }
        }
        None
    }

    /// A write that does not come after what the person saw when they made it, unless that is
    /// gone with a row that was purged.
    pub(crate) fn undercut(&self, is_purged: impl Fn(&str, Id) -> bool) -> Option<String> {
        for ((entity, id), cells) in &self.writes {
            let is_gone = |field: &str, over: Stamp| {
                let rows = self.rows_with(entity, field, over);
                !rows.is_empty() && rows.iter().all(|id| is_purged(entity, *id))
            };
            for (field, writes) in cells {
                let low = |it: &Write| it.over.filter(|over| *over >= it.stamp);
                if writes.iter().filter_map(low).any(|over| !is_gone(field, over)) {
                    return Some(format!("{entity} {id} {field}"));
                }
            }
        }
        None
    }

    /// The rows in which a write with this stamp was made.
    fn rows_with(&self, entity: &str, field: &str, stamp: Stamp) -> Vec<Id> {
        let rows = self.writes.iter().filter(|((name, _), _)| name == entity);
        let wrote = |cells: &BTreeMap<String, Vec<Write>>| {
            cells.get(field).is_some_and(|it| it.iter().any(|it| it.stamp == stamp))
        };
        rows.filter(|(_, cells)| wrote(cells)).map(|((_, id), _)| *id).collect()
    }

    /// Whether the row's key is the one it was born with, and it was never deleted.
    pub(crate) fn is_settled(&self, entity: &str, id: Id) -> bool {
        !self.moved.contains(&(entity.to_owned(), id))
    }

    /// Whether both rows can ever have had the same key, so that folding them can be
    /// right. Key fields that two devices wrote make keys that neither of them saw.
    pub(crate) fn shared_key(&self, entity: &EntityDescriptor, one: Id, other: Id) -> bool {
        let ever = |id: Id, field: &str| -> BTreeSet<String> {
            let writes = self.writes.get(&(entity.name.to_owned(), id));
            let writes = writes.and_then(|it| it.get(field)).into_iter().flatten();
            let nothing = std::iter::once(Value::Null.to_string());
            writes.map(|it| it.value.to_string()).chain(nothing).collect()
        };
        entity.natural_key.iter().all(|it| !ever(one, it).is_disjoint(&ever(other, it)))
    }
}

/// A value of a field, from a few that meet often. Text in key fields comes in forms
/// that must be brought into one.
pub(crate) fn value_for(
    entity: &EntityDescriptor,
    field: &driftline_core::Field,
    digit: usize,
    dice: &mut crate::dice::Dice,
    ids: &dyn Fn(&str) -> Option<Id>,
) -> Value {
    use driftline_core::Kind;
    match field.kind {
        Kind::Text if entity.natural_key.contains(&field.name) => {
            let slash = if dice.once_in(3) { "/" } else { "" };
            let accent = if dice.once_in(2) { "\u{e9}" } else { "e\u{301}" };
            Value::from(format!("/cl{accent}/{digit}{slash}"))
        }
        Kind::Text => Value::from(["", "a", "b\u{0}\n\"", "\u{1f980}"][dice.below(4)]),
        Kind::Int | Kind::Time => Value::from([0, -1, i64::MAX, 1_790_000_000_000][dice.below(4)]),
        Kind::Real => [0.5, 2.0, -1e300, 0.0].map(Value::from)[dice.below(4)].clone(),
        Kind::Bool => Value::from(dice.once_in(2)),
        Kind::Json => {
            let deep = Value::from_iter([("a".to_owned(), Value::from(vec![1.0, 2.5]))]);
            [Value::from("x"), deep, Value::Array(vec![]), Value::from(9_007_199_254_740_993_i64)]
                [dice.below(4)]
            .clone()
        }
        Kind::Ref(to) => ids(to).map_or(Value::Null, |id| Value::from(id.to_string())),
    }
}

/// Values for a new row of `entity`: its key fields from `digit`, some of the others.
pub(crate) fn birth(
    entity: &EntityDescriptor,
    digit: usize,
    dice: &mut crate::dice::Dice,
    ids: &dyn Fn(&str) -> Option<Id>,
) -> Values {
    let mut values = Values::new();
    for field in entity.synced() {
        if entity.natural_key.contains(&field.name) || dice.once_in(2) {
            values.insert(field.name.to_owned(), value_for(entity, field, digit, dice, ids));
        }
    }
    values
}
