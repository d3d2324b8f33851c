//! What a person keeps on this device: whatever is in a folder, or a row by name, and
//! everything that refers to it. In the queue it is excluded. Nothing of it is sent
//! until the person says otherwise, and then all of it is.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::queue::{all_entries, all_of};
use crate::{
    EntityDescriptor, Id, Kind, Result, Value,
    store::{QueueList, Queued, ReadMeta, ReadTx, Standing, StoreTx, meta},
    value::normal_name,
    view,
};

const RULES: &str = "keep";
/// Set when something changed that rows are excluded for: then it is found out anew.
const UNSORTED: &str = "keep.unsorted";
/// The rows that were excluded when they were purged, each with the rule.
const PURGED: &str = "keep.purged";
const WHAT_PURGED: &str = "what stayed on this device and was purged";

/// What stays on this device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusions {
    /// Folders: rows that are known by a path in one of them.
    pub folders: Vec<String>,
    /// Rows, by entity and id.
    pub rows: Vec<(String, Id)>,
}

impl Exclusions {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.folders.is_empty() && self.rows.is_empty()
    }

    /// The folder that `path` is in.
    fn folder_of(&self, path: &str) -> Option<&str> {
        let path = normal_name(path);
        self.folders.iter().map(String::as_str).find(|folder| {
            let inside = path.strip_prefix(&*normal_name(folder));
            inside.is_some_and(|it| it.is_empty() || it.starts_with(['/', '\\']))
        })
    }
}

/// What stays on this device, as it was last set.
///
/// # Errors
/// When the store cannot be read.
pub fn exclusions(tx: &dyn ReadMeta) -> Result<Exclusions> {
    Ok(meta::load(tx, RULES, "what stays on this device")?.unwrap_or_default())
}

/// Sets what stays here from now on, and sorts the queue by it. Returns whether that was
/// anything new.
///
/// # Errors
/// When the store cannot be written.
pub fn exclude(tx: &mut dyn StoreTx, rules: &Exclusions) -> Result<bool> {
    if exclusions(tx)? == *rules {
        return Ok(false);
    }
    if rules.is_empty() {
        tx.set_meta(RULES, None)?;
    } else {
        meta::save(tx, RULES, "what stays on this device", rules)?;
    }
    let mut judge = Judge::of(tx.reading(), rules.clone())?;
    // What becomes excluded leaves the list that is walked here, and what was enters
    // those that have been walked: so each is read as a whole first.
    for mut entry in all_entries(tx)? {
        judge.sort(tx, &mut entry)?;
    }
    Ok(true)
}

/// Notes that rows of `entity` may be excluded, or no longer, for another row than
/// before: one of them has moved.
pub(super) fn moved(tx: &mut dyn StoreTx, entity: &EntityDescriptor) -> Result<()> {
    let referred =
        |it: &EntityDescriptor| it.fields.iter().any(|field| field.kind == Kind::Ref(entity.name));
    if tx.meta(RULES)?.is_some() && tx.schema().entities().iter().any(|it| referred(it)) {
        tx.set_meta(UNSORTED, Some("1"))?;
    }
    Ok(())
}

/// Whether something has moved since it was found out what is excluded.
pub(super) fn is_unsorted(tx: &dyn ReadMeta) -> Result<bool> {
    Ok(tx.meta(UNSORTED)?.is_some())
}

/// Finds out anew what is excluded, if something has moved.
pub(super) fn sort_again(tx: &mut dyn StoreTx) -> Result<()> {
    if !is_unsorted(tx)? {
        return Ok(());
    }
    let mut judge = Judge::new(tx.reading())?;
    for mut entry in all_of(tx, QueueList::Excluded)? {
        judge.sort(tx, &mut entry)?;
    }
    tx.set_meta(UNSORTED, None)
}

/// Remembers the rule by which a row is excluded that is about to be purged. What refers to it
/// stays, too, and nothing of the row will be left to tell why.
pub(super) fn remember(tx: &mut dyn StoreTx, entity: &str, id: Id) -> Result<()> {
    let mut judge = Judge::new(tx.reading())?;
    if let Some(rule) = judge.rule(tx.reading(), entity, id)? {
        judge.purged.insert(name(entity, id), rule);
        meta::save(tx, PURGED, WHAT_PURGED, &judge.purged)?;
    }
    Ok(())
}

/// What a row is called among rules.
fn name(entity: &str, id: Id) -> String {
    format!("{entity}/{id}")
}

/// Decides what is excluded, and remembers it of rows that others refer to.
pub(crate) struct Judge {
    rules: Exclusions,
    purged: BTreeMap<String, String>,
    known: HashMap<(&'static str, Id), Option<String>>,
}

impl Judge {
    /// By the rules in force.
    pub(crate) fn new(tx: &dyn ReadTx) -> Result<Self> {
        Self::of(tx, exclusions(tx)?)
    }

    fn of(tx: &dyn ReadTx, rules: Exclusions) -> Result<Self> {
        let purged = match rules.is_empty() {
            true => BTreeMap::new(),
            false => meta::load(tx, PURGED, WHAT_PURGED)?.unwrap_or_default(),
        };
        Ok(Self { rules, purged, known: HashMap::new() })
    }

    /// The rule that excludes a row. That a row was purged is told to a hub that has it, whatever
    /// the rules.
    pub(crate) fn rule(&mut self, tx: &dyn ReadTx, entity: &str, id: Id) -> Result<Option<String>> {
        if self.rules.is_empty() {
            return Ok(None);
        }
        let is_there = tx.get(entity, id)?.is_some_and(|it| it.acked && it.row.is_purged());
        if is_there { Ok(None) } else { self.rule_of(tx, entity, id) }
    }

    fn rule_of(&mut self, tx: &dyn ReadTx, entity: &str, id: Id) -> Result<Option<String>> {
        let by_name = self.named(entity, &[id]);
        let Some(entity) = tx.schema().get(entity) else { return Ok(by_name) };
        let Some(it) = view::view(tx, entity, id)? else { return Ok(by_name) };
        if let Some(rule) = self.named(entity.name, &it.members) {
            return Ok(Some(rule));
        }
        let mut names = entity.natural_key.iter().filter_map(|name| it.row.value(name)?.as_str());
        if let Some(folder) = names.find_map(|it| self.rules.folder_of(it)) {
            return Ok(Some(folder.to_owned()));
        }
        for field in entity.synced() {
            let Kind::Ref(to) = field.kind else { continue };
            let id =
                it.row.value(field.name).and_then(Value::as_str).and_then(|it| it.parse().ok());
            if let Some(id) = id
                && let Some(rule) = self.of_referred(tx, to, id)?
            {
                return Ok(Some(rule));
            }
        }
        Ok(None)
    }

    fn of_referred(&mut self, tx: &dyn ReadTx, to: &'static str, id: Id) -> Result<Option<String>> {
        if let Some(known) = self.known.get(&(to, id)) {
            return Ok(known.clone());
        }
        // Rows that refer to each other in a circle are excluded for none of themselves.
        self.known.insert((to, id), None);
        let rule = self.rule_of(tx, to, id)?;
        self.known.insert((to, id), rule.clone());
        Ok(rule)
    }

    /// The rule that names a row, or by which it was excluded before it was purged.
    fn named(&self, entity: &str, ids: &[Id]) -> Option<String> {
        let is_it = |(of, id): &&(String, Id)| of == entity && ids.contains(id);
        let by_name = self.rules.rows.iter().find(is_it).map(|(of, id)| name(of, *id));
        by_name.or_else(|| {
            let mut before = ids.iter().filter_map(|id| self.purged.get(&name(entity, *id)));
            before.find(|it| self.is_in_force(it)).cloned()
        })
    }

    fn is_in_force(&self, rule: &str) -> bool {
        let mut folders = self.rules.folders.iter();
        let mut rows = self.rules.rows.iter().map(|(of, id)| name(of, *id));
        folders.any(|it| it == rule) || rows.any(|it| it == rule)
    }

    /// Writes into a queue entry what holds for it now. Returns whether it is excluded.
    pub(super) fn sort(&mut self, tx: &mut dyn StoreTx, entry: &mut Queued) -> Result<bool> {
        let rule = self.rule(tx.reading(), &entry.entity, entry.id)?;
        let is_excluded = rule.is_some();
        if entry.excluded() != rule.as_deref() {
            if is_excluded {
                entry.last_error = None;
            }
            entry.standing = rule.map_or(Standing::Waiting, Standing::Excluded);
            tx.enqueue(entry)?;
        }
        Ok(is_excluded)
    }
}
