//! What a person keeps on this device: whatever is in a folder, or a row by name, and
//! everything that refers to it. It waits in the queue as kept. Nothing of it is sent
//! until the person says otherwise, and then all of it is.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    EntityDescriptor, Error, Id, Kind, Result, Value,
    store::{Queued, ReadTx, StoreTx},
    value::normal_name,
    view,
};

const RULES: &str = "keep";
/// Set when something changed that rows are kept for: then it is found out anew.
const UNSORTED: &str = "keep.unsorted";

const STEP: usize = 1_000;

/// What is kept on this device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Folders: rows that are known by a path in one of them.
    pub folders: Vec<String>,
    /// Rows, by entity and id.
    pub rows: Vec<(String, Id)>,
}

impl Kept {
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

/// What is kept on this device, as it was last set.
///
/// # Errors
/// When the store cannot be read.
pub fn kept(tx: &dyn ReadTx) -> Result<Kept> {
    let Some(text) = tx.meta(RULES)? else { return Ok(Kept::default()) };
    serde_json::from_str(&text).map_err(|it| damaged(&it))
}

/// Sets what is kept from now on, and sorts the queue by it. Returns whether that was
/// anything new.
///
/// # Errors
/// When the store cannot be written.
pub fn keep(tx: &mut dyn StoreTx, rules: &Kept) -> Result<bool> {
    if kept(tx.reading())? == *rules {
        return Ok(false);
    }
    let text = serde_json::to_string(rules).map_err(|it| damaged(&it))?;
    tx.set_meta(RULES, Some(&text).filter(|_| !rules.is_empty()).map(String::as_str))?;
    let mut judge = Judge::of(rules.clone());
    // What becomes kept leaves the list that is walked here, and what was kept enters
    // those that have been walked: so each is read as a whole first.
    let mut all = whole(|after| tx.kept(after, STEP))?;
    for parked in [true, false] {
        all.extend(whole(|after| tx.queue(parked, after, STEP))?);
    }
    for mut entry in all {
        judge.sort(tx, &mut entry)?;
    }
    Ok(true)
}

/// Notes that rows of `entity` may be kept, or no longer kept, for another row than
/// before: one of them has moved.
pub(super) fn moved(tx: &mut dyn StoreTx, entity: &EntityDescriptor) -> Result<()> {
    let referred =
        |it: &EntityDescriptor| it.fields.iter().any(|field| field.kind == Kind::Ref(entity.name));
    if tx.meta(RULES)?.is_some() && tx.schema().entities().iter().any(|it| referred(it)) {
        tx.set_meta(UNSORTED, Some("1"))?;
    }
    Ok(())
}

/// Finds out anew what is kept, if something has moved.
pub(super) fn sort_again(tx: &mut dyn StoreTx) -> Result<()> {
    if tx.meta(UNSORTED)?.is_none() {
        return Ok(());
    }
    let mut judge = Judge::of(kept(tx.reading())?);
    for mut entry in whole(|after| tx.kept(after, STEP))? {
        judge.sort(tx, &mut entry)?;
    }
    tx.set_meta(UNSORTED, None)
}

fn whole(mut read: impl FnMut(u64) -> Result<Vec<Queued>>) -> Result<Vec<Queued>> {
    let mut all: Vec<Queued> = Vec::new();
    loop {
        let page = read(all.last().map_or(0, |it| it.place))?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Decides what is kept, and remembers it of rows that others refer to.
pub(crate) struct Judge {
    rules: Kept,
    known: HashMap<(&'static str, Id), Option<String>>,
}

impl Judge {
    /// By the rules in force.
    pub(crate) fn new(tx: &dyn ReadTx) -> Result<Self> {
        Ok(Self::of(kept(tx)?))
    }

    fn of(rules: Kept) -> Self {
        Self { rules, known: HashMap::new() }
    }

    /// The rule that keeps a row here.
    pub(crate) fn rule(&mut self, tx: &dyn ReadTx, entity: &str, id: Id) -> Result<Option<String>> {
        if self.rules.is_empty() {
            return Ok(None);
        }
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
        // Rows that refer to each other in a circle are kept for none of themselves.
        self.known.insert((to, id), None);
        let rule = self.rule(tx, to, id)?;
        self.known.insert((to, id), rule.clone());
        Ok(rule)
    }

    fn named(&self, entity: &str, ids: &[Id]) -> Option<String> {
        let is_it = |(of, id): &&(String, Id)| of == entity && ids.contains(id);
        self.rules.rows.iter().find(is_it).map(|(of, id)| format!("{of}/{id}"))
    }

    /// Writes into a queue entry what holds for it now. Returns whether it is kept.
    pub(super) fn sort(&mut self, tx: &mut dyn StoreTx, entry: &mut Queued) -> Result<bool> {
        let rule = self.rule(tx.reading(), &entry.entity, entry.id)?;
        let is_kept = rule.is_some();
        if entry.kept != rule {
            if is_kept {
                (entry.parked, entry.last_error) = (None, None);
            }
            entry.kept = rule;
            tx.enqueue(entry)?;
        }
        Ok(is_kept)
    }
}

fn damaged(error: &serde_json::Error) -> Error {
    let what = "what is kept on this device".into();
    Error::Damaged { what, found: error.to_string() }
}
