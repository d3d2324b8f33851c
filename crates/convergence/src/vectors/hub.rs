//! A hub as it is described, with nothing kept that can be worked out: classes, digests
//! and what a row was born as follow from the rows and their history each time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use driftline_core::EntityDescriptor;

use super::{
    cells::{Cells, PURGED, derived_id, hash, hex, join, row, written},
    format::{CallError, HubCase, Kept, SentChange, VectorAnswer, VectorAnswers, VectorPush},
};

/// How far ahead of the hub's clock a person's stamp may be, in milliseconds.
const AHEAD: u64 = 300_000;
pub(super) const PROTOCOL: u32 = 3;
pub(super) const ALIASES: &str = "aliases";

/// A row, and how it came to be.
pub(super) struct Row {
    pub(super) seq: u64,
    pub(super) cells: Cells,
    born: bool,
    /// The natural key after each change.
    pub(super) keys: Vec<Option<String>>,
}

impl Row {
    fn key(&self) -> Option<&String> {
        self.keys.last()?.as_ref()
    }

    /// It came as a birth and never had another key than the one it was born with.
    fn is_as_born(&self) -> bool {
        self.born && self.keys.iter().all(|it| *it == self.keys[0])
    }
}

/// A hub that starts empty.
pub(super) struct ModelHub<'a> {
    pub(super) entities: &'a [&'static EntityDescriptor],
    pub(super) rows: BTreeMap<(String, String), Row>,
    pub(super) head: u64,
    serials: BTreeMap<String, u64>,
    /// Rows of which all that they own is to be marked before a push is over.
    pub(super) purged: VecDeque<(&'static EntityDescriptor, String)>,
}

impl<'a> ModelHub<'a> {
    pub(super) fn new(entities: &'a [&'static EntityDescriptor]) -> Self {
        let (rows, serials, purged) = Default::default();
        Self { entities, rows, head: 0, serials, purged }
    }

    /// Fills in what comes of a push.
    pub(super) fn push(&mut self, push: &mut VectorPush) {
        let fail = |code: &str, last| Some(CallError { code: code.to_owned(), last });
        let last = self.serials.get(&push.device).copied().unwrap_or(0);
        push.error = match push.protocol.unwrap_or(PROTOCOL) {
            version if version > PROTOCOL + 1 || version + 1 < PROTOCOL => fail("protocol", None),
            _ if push.wrong.is_some() => fail("moved", None),
            _ if push.serial <= last => fail("old_call", Some(last)),
            _ => None,
        };
        if push.error.is_some() {
            return;
        }
        self.serials.insert(push.device.clone(), push.serial);
        let mut recorded = Vec::new();
        let mut answers = BTreeMap::new();
        let (facts, others): (Vec<_>, Vec<_>) =
            push.changes.iter().enumerate().partition(|(_, it)| it.entity == ALIASES);
        for (place, change) in facts.into_iter().chain(others) {
            answers.insert(place, self.take(change, push.time, &mut recorded));
        }
        self.mark_owned();
        let answers = answers.into_values().collect();
        let (head, digests) = (self.head, self.digests());
        push.answer = Some(VectorAnswers { head, answers, recorded, digests });
    }

    /// The story with how it ends.
    pub(super) fn end(&self, name: String, pushes: Vec<VectorPush>) -> HubCase {
        let mut feed: Vec<_> = self
            .rows
            .iter()
            .map(|((entity, id), it)| Kept {
                seq: it.seq,
                entity: entity.clone(),
                id: id.clone(),
                hash: hex(hash(entity, id, &it.cells)),
                cells: written(&it.cells),
            })
            .collect();
        feed.sort_by_key(|it| it.seq);
        HubCase { name, pushes, feed, head: self.head, digests: self.digests() }
    }

    fn digests(&self) -> BTreeMap<String, String> {
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for ((entity, id), it) in &self.rows {
            let sum = sums.entry(entity.clone()).or_default();
            *sum = sum.wrapping_add(hash(entity, id, &it.cells));
        }
        sums.into_iter().filter(|(_, it)| *it != 0).map(|(name, it)| (name, hex(it))).collect()
    }

    pub(super) fn entity(&self, name: &str) -> Option<&'static EntityDescriptor> {
        self.entities.iter().copied().find(|it| it.name == name)
    }

    fn take(
        &mut self,
        change: &SentChange,
        time: u64,
        recorded: &mut Vec<(u64, SentChange)>,
    ) -> VectorAnswer {
        let SentChange { entity, id, birth, whole, cells } = change;
        let is_field = |field: &str| field == PURGED || is_name(field);
        if !is_name(entity) || cells.iter().any(|(field, _, _)| !is_field(field)) {
            return VectorAnswer::Refused;
        }
        let latest = format!("1{:012x}", time + AHEAD);
        let ahead = |stamp: &str| stamp.starts_with('1') && stamp[..13] > *latest;
        let fields: BTreeSet<_> =
            cells.iter().filter(|(_, stamp, _)| ahead(stamp)).map(|it| it.0.clone()).collect();
        if !fields.is_empty() {
            return VectorAnswer::ClockAhead { fields: fields.into_iter().collect() };
        }
        let mut new = row(cells);
        let descriptor = self.entity(entity);
        if let Some(it) = descriptor {
            new.retain(|field, _| !it.fields.iter().any(|it| it.local && it.name == field));
        }
        let place = (entity.clone(), id.clone());
        let was = self.rows.get(&place).map(|it| it.cells.clone());
        let mut joined = join(was.iter().chain([&new]));
        let is_purged = |it: &Cells| it.contains_key(PURGED);
        if let Some(it) = descriptor.filter(|_| !is_purged(&joined))
            && let Some(mark) = self.inherited(it, id, &joined)
        {
            joined = mark;
        }
        let is_news = is_purged(&joined) && !was.as_ref().is_some_and(is_purged);
        if let Some(held) = self.rows.get_mut(&place) {
            if joined != held.cells {
                self.head += 1;
                held.seq = self.head;
                held.keys.push(descriptor.and_then(|it| key(it, &joined)));
                held.cells = joined;
            }
        } else if *whole {
            let keys = vec![descriptor.and_then(|it| key(it, &joined))];
            let newcomer = Row { seq: 0, cells: joined, born: *birth, keys };
            if let Some(twin) = descriptor.and_then(|it| self.twin(it, id, &newcomer)) {
                self.fold(entity, id, &twin, recorded);
            }
            self.head += 1;
            self.rows.insert(place.clone(), Row { seq: self.head, ..newcomer });
        } else {
            return VectorAnswer::NeedWhole;
        }
        let answer = match self.rows.get(&place) {
            Some(it) => {
                VectorAnswer::Accepted { seq: it.seq, hash: hex(hash(entity, id, &it.cells)) }
            }
            None => VectorAnswer::NeedWhole,
        };
        match descriptor {
            Some(descriptor) if is_news => self.spread(descriptor, id),
            _ => self.spread_fact(change),
        }
        answer
    }

    fn fold(
        &mut self,
        entity: &str,
        one: &str,
        other: &str,
        recorded: &mut Vec<(u64, SentChange)>,
    ) {
        let fact = fact(entity, one, other);
        let place = (ALIASES.to_owned(), fact.id.clone());
        if self.rows.contains_key(&place) {
            return;
        }
        self.head += 1;
        let cells = row(&fact.cells);
        self.rows.insert(place, Row { seq: self.head, cells, born: false, keys: vec![None] });
        recorded.push((self.head, fact));
    }

    /// Every id that the facts join with `id`.
    pub(super) fn class(&self, entity: &str, id: &str) -> BTreeSet<String> {
        let mut class = BTreeSet::from([id.to_owned()]);
        loop {
            let before = class.len();
            for ((name, _), it) in &self.rows {
                let end = |field: &str| it.cells.get(field).and_then(|cell| plain(&cell.1));
                let of = end("entity");
                if name != ALIASES || of.as_deref() != Some(entity) {
                    continue;
                }
                let (Some(low), Some(high)) = (end("low"), end("high")) else { continue };
                let both_ids = low.len() == 36 && high.len() == 36;
                if both_ids && (class.contains(&low) || class.contains(&high)) {
                    class.extend([low, high]);
                }
            }
            if class.len() == before {
                return class;
            }
        }
    }

    /// The row that a newcomer is folded with.
    fn twin(&self, entity: &EntityDescriptor, id: &str, newcomer: &Row) -> Option<String> {
        let wanted = newcomer.key()?;
        if is_deleted(&newcomer.cells) || self.class(entity.name, id).len() > 1 {
            return None;
        }
        let same_key = self.rows.iter().filter(|((name, other), it)| {
            name == entity.name && other != id && it.key() == Some(wanted)
        });
        let fits = |other: &str, it: &Row| {
            let class = self.class(entity.name, other);
            let members: Vec<_> = class
                .iter()
                .filter_map(|it| self.rows.get(&(entity.name.to_owned(), it.clone())))
                .map(|it| &it.cells)
                .collect();
            let shown = join(members.iter().copied());
            (newcomer.born || it.is_as_born())
                && members.len() == class.len()
                && !is_deleted(&shown)
                && key(entity, &shown).as_ref() == Some(wanted)
        };
        let mut found = same_key.filter(|((_, other), it)| fits(other, it));
        found.next().map(|((_, other), _)| other.clone())
    }
}

/// The fact that two ids are one row.
pub(super) fn fact(entity: &str, one: &str, other: &str) -> SentChange {
    let (low, high) = (one.min(other), one.max(other));
    let cell = |field: &str, text: &str| (field.to_owned(), "0".repeat(37), format!("\"{text}\""));
    SentChange {
        entity: ALIASES.to_owned(),
        id: derived_id(&["alias", entity, low, high]),
        birth: false,
        whole: true,
        cells: vec![cell("entity", entity), cell("high", high), cell("low", low)],
    }
}

/// The natural key: the values of its fields as one JSON list, unless none has one.
fn key(entity: &EntityDescriptor, cells: &Cells) -> Option<String> {
    let part = |field: &&str| cells.get(*field).map_or("null", |it| it.1.as_str()).to_owned();
    let parts: Vec<_> = entity.natural_key.iter().map(part).collect();
    let any = parts.iter().any(|it| it != "null");
    any.then(|| format!("[{}]", parts.join(",")))
}

fn is_deleted(cells: &Cells) -> bool {
    cells.get("deleted_at").is_some_and(|it| it.1 != "null")
}

/// The text in quotes, if nothing in it is escaped.
pub(super) fn plain(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('\\')).then(|| inner.to_owned())
}

/// Lower-case letters, digits and `_`, a letter first, at most 60.
fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    let first = letters.next().is_some_and(|it| it.is_ascii_lowercase());
    let fits = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    first && letters.all(fits) && name.chars().count() <= 60
}
