//! What the program acknowledged, and what may therefore be seen.
//!
//! A write that ended with 0 must be there; one that was killed is there or not, but never
//! twice, and what was seen of it once stays. Only the profile that made an item changes it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::place::Place;

/// The body of an item; none where there is no such item.
pub(crate) type State = Option<String>;

/// An item of the inbox.
struct Item {
    home: String,
    id: Option<String>,
    /// In what states it may be found at home.
    allowed: BTreeSet<State>,
}

/// What is known of all items, by title, and of the messages of each profile.
#[derive(Default)]
pub(crate) struct Ledger {
    items: BTreeMap<String, Item>,
    /// How many messages a profile has at least.
    messages: BTreeMap<String, u64>,
}

/// What a profile shows.
struct Seen {
    items: BTreeMap<String, (String, String)>,
    messages: u64,
}

impl Ledger {
    /// An item may be in `state` from now on, and nothing else if that `is_done`.
    pub(crate) fn note(&mut self, home: &str, title: &str, state: State, is_done: bool) {
        let item = self.items.entry(title.to_owned()).or_insert_with(|| Item {
            home: home.to_owned(),
            id: None,
            allowed: BTreeSet::from([None]),
        });
        if is_done {
            item.allowed.clear();
        }
        item.allowed.insert(state);
    }

    /// A profile has at least so many messages.
    pub(crate) fn note_messages(&mut self, profile: &str, count: u64) {
        let known = self.messages.entry(profile.to_owned()).or_default();
        *known = count.max(*known);
    }

    /// The items that are certainly there, with their ids, of those that `home` made.
    pub(crate) fn present(&self, home: &str) -> Vec<(String, String)> {
        let is_there = |it: &Item| it.allowed.len() == 1 && !it.allowed.contains(&None);
        let there = self.items.iter().filter(|(_, it)| it.home == home && is_there(it));
        there.filter_map(|(title, it)| Some((title.clone(), it.id.clone()?))).collect()
    }

    /// Compares a profile with what was acknowledged to it, and learns what came of what was
    /// killed. `most`: how many messages there can be.
    pub(crate) fn check(&mut self, place: &Place, profile: &str, most: u64) -> Result<()> {
        let Seen { items, messages } = see(place, profile)?;
        let least = self.messages.get(profile).copied().unwrap_or_default();
        ensure!(
            (least..=most).contains(&messages),
            "{profile} has {messages} messages; expected {least} to {most}"
        );
        self.note_messages(profile, messages);
        for title in items.keys() {
            ensure!(self.items.contains_key(title), "{profile} has `{title}`, which nobody wrote");
        }
        for (title, item) in self.items.iter_mut().filter(|(_, it)| it.home == profile) {
            let seen = items.get(title);
            let state = seen.map(|(_, body)| body.clone());
            let allowed = &item.allowed;
            ensure!(
                allowed.contains(&state),
                "{profile}: `{title}` is {state:?}, acknowledged was {allowed:?}"
            );
            item.allowed = BTreeSet::from([state]);
            item.id = seen.map(|(id, _)| id.clone()).or(item.id.take());
        }
        Ok(())
    }

    /// Whether every profile shows every item as its home does, and all messages.
    pub(crate) fn check_equal(
        &mut self,
        place: &Place,
        profiles: &[String],
        all: u64,
    ) -> Result<()> {
        for profile in profiles {
            self.check(place, profile, all)?;
        }
        for profile in profiles {
            let Seen { items, messages } = see(place, profile)?;
            ensure!(messages == all, "{profile} has {messages} messages of {all} in the end");
            for (title, item) in &self.items {
                let state = items.get(title).map(|(_, body)| body.clone());
                if !item.allowed.contains(&state) {
                    bail!(
                        "{profile}: `{title}` is {state:?}, {} has {:?}",
                        item.home,
                        item.allowed
                    );
                }
            }
        }
        Ok(())
    }
}

/// Reads a profile, and fails where an item is there twice.
fn see(place: &Place, profile: &str) -> Result<Seen> {
    let rows = place.json(profile, &["list", "inbox"])?;
    let mut items = BTreeMap::new();
    for row in rows.as_array().context("a list is no list")? {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let doubled = items.insert(text("title"), (text("id"), text("body")));
        ensure!(doubled.is_none(), "{profile} has `{}` twice", text("title"));
    }
    let status = place.json(profile, &["status"])?;
    let count = |it: &Value| it.as_u64().context("`status` counts no messages");
    Ok(Seen { items, messages: count(&status["counts"]["messages"])? })
}
