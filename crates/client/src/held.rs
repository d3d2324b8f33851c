//! Likely secrets in what a person wrote. Such a row is held: it stays on this device until
//! its owner says that it is sent as it is, that `[secret: RULE]` takes the secret's place,
//! or that it stays here. Nothing here tells a secret: texts are shown with that in its place.

use std::sync::{Arc, OnceLock};

use driftline_core::{
    Id, Millis, Replica, Value, Values,
    device::{Decision, Guard},
    store::{Hold, Queued, ReadTx},
    view,
};
use driftline_inspect::label::{in_line, label};
use driftline_secrets::{SHORTEST, Scanner};

use crate::{Error, Result};

/// What is said if the rules cannot be read: then every text is held.
const UNREADABLE: &str = "unreadable-rules";

/// How much is shown of what stands before a secret, in letters.
const BEFORE: usize = 24;

/// A row that is held.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldRow {
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// What people call it.
    pub label: Option<String>,
    /// What was found, by field.
    pub found: Vec<Found>,
    /// Whether its owner has decided that it stays here.
    pub kept: bool,
    /// Since when it was not sent.
    pub since: Millis,
}

/// A likely secret in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The field.
    pub field: String,
    /// The rule that found it.
    pub rule: String,
    /// What the field says, without it.
    pub text: String,
}

/// What becomes of a held row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It is sent as it is.
    Send,
    /// It is sent with `[secret: RULE]` in the place of what was found.
    Redact,
    /// It stays here.
    Keep,
    /// Nothing was decided after all.
    Ask,
}

impl Choice {
    /// The choice called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "send" => Self::Send,
            "redact" => Self::Redact,
            "keep" => Self::Keep,
            "ask" => Self::Ask,
            _ => return None,
        })
    }
}

struct Secrets;

impl Guard for Secrets {
    fn rule(&self, _entity: &str, _field: &str, text: &str) -> Option<String> {
        if text.len() < SHORTEST {
            return None;
        }
        let Some(scanner) = scanner() else { return Some(UNREADABLE.into()) };
        scanner.scan(text).first().map(|it| it.rule.id.to_owned())
    }
}

/// What holds rows of this program.
pub(crate) fn guard() -> Arc<dyn Guard> {
    Arc::new(Secrets)
}

/// All rules, which are made ready once. None if one is wrong, which their tests would say.
pub(crate) fn scanner() -> Option<&'static Scanner> {
    static SCANNER: OnceLock<Option<Scanner>> = OnceLock::new();
    SCANNER.get_or_init(|| Scanner::new().ok()).as_ref()
}

/// Every row that is held, the one that waits longest first.
///
/// # Errors
/// When the rows cannot be read.
pub fn list(replica: &Replica) -> Result<Vec<HeldRow>> {
    let entries = replica.held()?;
    let held = entries.iter().filter_map(|it| Some((it, it.held()?)));
    let read = |tx: &dyn ReadTx| held.map(|(entry, hold)| row(tx, entry, hold)).collect();
    let mut rows: Vec<_> = replica.read(read)?;
    rows.sort_by_key(|it| (it.since, it.id));
    Ok(rows)
}

fn row(tx: &dyn ReadTx, entry: &Queued, hold: &Hold) -> driftline_core::Result<HeldRow> {
    let (entity, id) = (entry.entity.clone(), entry.id);
    let own = tx.get(&entity, id)?.map(|it| it.row).unwrap_or_default();
    let found = hold.fields.iter().map(|(field, rule)| {
        let value = own.value(field).map_or(Value::Null, redacted);
        Found { field: field.to_string(), rule: rule.clone(), text: in_line(&around(value)) }
    });
    let found = found.collect();
    let label = match tx.schema().get(&entity) {
        Some(descriptor) => view::view(tx, descriptor, id)?.and_then(|mut it| {
            for field in hold.fields.keys() {
                if let Some(cell) = it.row.cell(field).cloned() {
                    it.row.set(field.clone(), cell.stamp, redacted(&cell.value));
                }
            }
            label(descriptor, &it)
        }),
        None => None,
    };
    Ok(HeldRow { entity, id, label, found, kept: hold.kept, since: entry.created_at })
}

/// The part of a text that begins shortly before what was replaced in it.
fn around(value: Value) -> Value {
    let Value::String(text) = &value else { return value };
    let Some(at) = text.find("[secret: ") else { return value };
    let before = text.get(..at).unwrap_or_default().char_indices().rev().nth(BEFORE);
    match before.and_then(|(start, _)| text.get(start..)) {
        Some(rest) => format!("…{rest}").into(),
        None => value,
    }
}

/// A value with `[secret: RULE]` in the place of what is found in its texts.
fn redacted(value: &Value) -> Value {
    match value {
        Value::String(text) => redacted_text(text).into(),
        Value::Array(items) => items.iter().map(redacted).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, it)| (name.clone(), redacted(it))).collect()
        }
        other => other.clone(),
    }
}

fn redacted_text(text: &str) -> String {
    let Some(scanner) = scanner() else { return format!("[secret: {UNREADABLE}]") };
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for it in scanner.scan(text) {
        out.push_str(text.get(from..it.at.start).unwrap_or_default());
        out.push_str(&format!("[secret: {}]", it.rule.id));
        from = it.at.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Does with a held row what its owner chose. Until the row is sent, another choice takes the
/// place of an earlier one.
///
/// # Errors
/// [`Error::NotHeld`] if there is nothing to choose; [`Error::Core`] if `Choice::Redact` meets
/// a row that cannot be edited.
pub fn choose(replica: &Replica, entity: &str, id: Id, choice: Choice) -> Result<()> {
    let not_held = || Error::NotHeld { entity: entity.to_owned(), id };
    let decision = match choice {
        Choice::Redact => {
            let values = replica.read(|tx| {
                let Some(hold) = tx.queued(entity, id)?.and_then(|it| it.held().cloned()) else {
                    return Ok(None);
                };
                let own = tx.get(entity, id)?.map(|it| it.row).unwrap_or_default();
                let value = |field| Some((String::from(field), redacted(own.value(field)?)));
                Ok(Some(hold.fields.keys().filter_map(|it| value(it)).collect::<Values>()))
            })?;
            let values = values.ok_or_else(not_held)?;
            return Ok(replica.replace_held(entity, id, &values)?);
        }
        Choice::Send => Decision::Send,
        Choice::Keep => Decision::Keep,
        Choice::Ask => Decision::Ask,
    };
    if replica.decide(entity, id, decision)? { Ok(()) } else { Err(not_held()) }
}
