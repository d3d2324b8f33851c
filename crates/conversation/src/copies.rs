//! Copies: agents that fork a session copy its messages under the new one. Which messages are
//! copies follows from what their agent calls them; nothing is stored for it. Who purges one
//! wants all of them gone.

use std::collections::BTreeMap;

use driftline_core::{
    Id, Result, Value,
    store::{Deleted, Find, ReadTx},
    view::View,
};

use crate::{MESSAGES, SESSIONS};

/// Messages that are read at once.
const STEP: usize = 500;

/// A session that has copies of messages of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// The session.
    pub session: Id,
    /// What people call it; empty if nothing.
    pub name: String,
    /// How many of the messages it has.
    pub messages: u64,
}

/// The copies of the row `id` in other sessions of its agent, deleted ones among them. None, if
/// it is no message.
///
/// # Errors
/// When the rows cannot be read.
pub fn copies(tx: &dyn ReadTx, entity: &str, id: Id) -> Result<Vec<Id>> {
    if entity != MESSAGES {
        return Ok(Vec::new());
    }
    let schema = tx.schema().entity(MESSAGES)?;
    let Some(message) = driftline_core::view::view(tx, schema, id)? else { return Ok(Vec::new()) };
    let mut sources = Sources::default();
    Ok(of(tx, &message, &mut sources)?.into_iter().map(|it| it.id).collect())
}

/// The other sessions that have copies of messages of the row `id`, by their names. None, if it
/// is no session.
///
/// # Errors
/// When the rows cannot be read.
pub fn sharing(tx: &dyn ReadTx, entity: &str, id: Id) -> Result<Vec<Sharing>> {
    let mut found: BTreeMap<Id, Sharing> = BTreeMap::new();
    if entity != SESSIONS {
        return Ok(Vec::new());
    }
    let (mut sources, mut offset) = (Sources::default(), 0);
    let all = Find::new().refers("session", id).deleted(Deleted::Included).limit(STEP);
    loop {
        let page = tx.list_values(MESSAGES, &Find { offset, ..all.clone() })?;
        for message in &page {
            for copy in of(tx, message, &mut sources)? {
                let Some(session) = reference(&copy, "session") else { continue };
                let name = || sources.names.get(&session).cloned().unwrap_or_default();
                let shared = found.entry(session).or_insert_with(|| Sharing {
                    session,
                    name: name(),
                    messages: 0,
                });
                shared.messages += 1;
            }
        }
        offset += page.len();
        if page.len() < STEP {
            break;
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by(|one, other| (&one.name, one.session).cmp(&(&other.name, other.session)));
    Ok(found)
}

/// What is known of sessions that were met.
#[derive(Default)]
struct Sources {
    agents: BTreeMap<Id, Option<Value>>,
    names: BTreeMap<Id, String>,
}

impl Sources {
    fn agent(&mut self, tx: &dyn ReadTx, session: Id) -> Result<Option<Value>> {
        if let Some(known) = self.agents.get(&session) {
            return Ok(known.clone());
        }
        let schema = tx.schema().entity(SESSIONS)?;
        let view = driftline_core::view::view(tx, schema, session)?;
        let value = |field| view.as_ref().and_then(|it| it.value(field)).cloned();
        if let Some(name) = value("name").as_ref().and_then(Value::as_str) {
            self.names.insert(session, name.to_owned());
        }
        self.agents.insert(session, value("source"));
        Ok(value("source"))
    }
}

fn of(tx: &dyn ReadTx, message: &View, sources: &mut Sources) -> Result<Vec<View>> {
    let record = message.value("external_id").and_then(Value::as_str).filter(|it| !it.is_empty());
    let (Some(record), Some(session)) = (record, reference(message, "session")) else {
        return Ok(Vec::new());
    };
    let agent = sources.agent(tx, session)?;
    let find = Find::new().equal("external_id", record).deleted(Deleted::Included);
    let mut found = Vec::new();
    for copy in tx.list_values(MESSAGES, &find)? {
        let Some(other) = reference(&copy, "session").filter(|it| *it != session) else { continue };
        if copy.id != message.id && sources.agent(tx, other)? == agent {
            found.push(copy);
        }
    }
    Ok(found)
}

fn reference(view: &View, field: &str) -> Option<Id> {
    view.value(field)?.as_str()?.parse().ok()
}
