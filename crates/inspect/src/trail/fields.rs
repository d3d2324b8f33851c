//! Who wrote which field, and what gave way to it.

use driftline_core::{
    DELETED_AT, Field, Id, Kind, Millis, Stamp, Value,
    store::{AuditEntry, AuditKind, LogId},
};
use jiff::Timestamp;

use super::seen::Seen;
use crate::{devices::Devices, label::in_line};

/// One field of a row.
#[derive(Clone, Debug)]
pub struct Written {
    /// The field.
    pub field: String,
    /// Its value, in a line.
    pub value: String,
    /// Who wrote it; none for a value that never leaves this device.
    pub by: Option<By>,
}

/// Who wrote a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct By {
    /// The device on which a person did; none if a transcript was read.
    pub device: Option<String>,
    /// When.
    pub at: Option<Millis>,
    /// The stamp that decides.
    pub stamp: Stamp,
}

impl By {
    pub(crate) fn of(devices: &Devices, stamp: Stamp) -> Self {
        let at = stamp.is_person().then(|| stamp.millis());
        Self { device: devices.name(stamp), at, stamp }
    }

    /// Who it was, in words.
    pub fn words(&self) -> String {
        match &self.device {
            Some(device) => format!("a person on {device}"),
            None => "a transcript".into(),
        }
    }
}

/// A value that gave way to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// Its number in the log: by it, it can be written again.
    pub log_id: LogId,
    /// When it gave way.
    pub at: Millis,
    /// Whether a person should look at it.
    pub conflict: bool,
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// The field.
    pub field: String,
    /// The value that stands.
    pub winner: Value,
    /// Who wrote that.
    pub winner_by: By,
    /// The value that gave way.
    pub lost: Value,
    /// Who wrote that.
    pub lost_by: By,
    /// Why.
    pub rule: String,
}

impl Lost {
    /// Both sides of an entry of the audit log.
    pub fn of(devices: &Devices, it: &AuditEntry) -> Self {
        Self {
            log_id: it.log_id.unwrap_or_default(),
            at: it.at,
            conflict: it.kind == AuditKind::Conflict,
            entity: it.entity.clone(),
            id: it.id,
            field: it.field.clone(),
            winner: it.winner.clone(),
            winner_by: By::of(devices, it.winner_stamp),
            lost: it.lost.clone(),
            lost_by: By::of(devices, it.lost_stamp),
            rule: it.rule.clone(),
        }
    }

    /// What happened, in words.
    pub fn words(&self) -> String {
        format!(
            "{}: “{}” ({}) gave way to “{}” ({}): {}",
            self.field,
            in_line(&self.lost),
            self.lost_by.words(),
            in_line(&self.winner),
            self.winner_by.words(),
            self.rule
        )
    }
}

/// Every field that was written, in the order in which the entity shows them.
pub(super) fn written(devices: &Devices, seen: &Seen) -> Vec<Written> {
    let row = &seen.view;
    let known = seen.descriptor.map(|it| it.fields).unwrap_or_default();
    let place = |field: &str| known.iter().position(|it| it.name == field).unwrap_or(known.len());
    let mut fields: Vec<Written> = row
        .row
        .cells()
        .map(|(field, cell)| Written {
            field: field.to_string(),
            value: shown(known, field, &cell.value),
            by: Some(By::of(devices, cell.stamp)),
        })
        .collect();
    fields.extend(row.local.iter().map(|(field, value)| Written {
        field: field.to_string(),
        value: shown(known, field, value),
        by: None,
    }));
    fields.sort_by_key(|it| place(&it.field));
    fields
}

/// A value for a person: what is a time is shown as one.
fn shown(known: &[Field], field: &str, value: &Value) -> String {
    let is_time = field == DELETED_AT
        || known.iter().any(|it| it.name == field && matches!(it.kind, Kind::Time));
    let time = value.as_i64().filter(|_| is_time);
    match time.and_then(|it| Timestamp::from_millisecond(it).ok()) {
        Some(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        None => in_line(value),
    }
}
