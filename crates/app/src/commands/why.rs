//! `why`: what happened to a row, from its birth to the remote, so that nobody has to
//! guess why another device does not show it.

use anyhow::Result;
use clap::Args;
use driftline_core::{
    DELETED_AT, EntityDescriptor, Error, Id, Stamp, Value,
    store::{AuditEntry, Queued, ReadTx},
    view::{self, View},
};
use serde_json::json;

use crate::{context::Context, rows, time};

/// How far back the log is searched.
const SEARCHED: usize = 100_000;

/// What happened to a row.
#[derive(Clone, Debug, Args)]
pub(crate) struct Why {
    /// The entity
    entity: String,
    /// The row's id, or enough of its start
    id: String,
}

/// What is known of a row.
struct Story {
    row: View,
    /// Whether a hub ever acknowledged it.
    acked: bool,
    waits: Vec<Queued>,
    log: Vec<AuditEntry>,
    shown: bool,
}

impl Why {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let entity = context.schema.entity(&self.entity)?;
        let device = context.device()?;
        let store = device.replica.store();
        let id = rows::find_id(store, entity, &self.id)?;
        let story = store.view(|tx| Story::read(tx, entity, id))?;
        let remote = device.config.remote.as_ref().map(|it| it.name.as_str());
        if context.output.json {
            return context.output.json(&story.object(entity));
        }
        context.output.print(&story.text(entity, remote))
    }
}

impl Story {
    fn read(tx: &dyn ReadTx, entity: &EntityDescriptor, id: Id) -> driftline_core::Result<Self> {
        let row = view::view(tx, entity, id)?
            .ok_or_else(|| Error::NotFound { entity: entity.name.into(), id })?;
        let (mut acked, mut waits) = (false, Vec::new());
        for member in &row.members {
            acked |= tx.get(entity.name, *member)?.is_some_and(|it| it.acked);
            waits.extend(tx.queued(entity.name, *member)?);
        }
        let mut log = tx.audit(None, SEARCHED)?;
        log.retain(|it| it.entity == entity.name && row.members.contains(&it.id));
        let shown = view::is_visible(tx, entity, &row.row)?;
        Ok(Self { row, acked, waits, log, shown })
    }

    /// Where the row stands, in a word.
    fn state(&self) -> &'static str {
        match () {
            () if self.waits.iter().any(|it| it.kept.is_some()) => "kept",
            () if self.waits.iter().any(|it| it.parked.is_some()) => "parked",
            () if !self.waits.is_empty() => "waiting",
            () if self.acked => "synced",
            () => "local",
        }
    }

    fn text(&self, entity: &EntityDescriptor, remote: Option<&str>) -> String {
        let remote = remote.unwrap_or("a remote, of which there is none");
        let rule = self.waits.iter().find_map(|it| it.kept.as_deref()).unwrap_or_default();
        let mut lines = vec![match self.state() {
            "kept" if self.acked => format!(
                "Stays on this device since `{rule}` is excluded. What {remote} had of it before \
                 stays there; `exclude --remove` lets the changes go."
            ),
            "kept" => format!(
                "Stays on this device: `{rule}` is excluded. `exclude --remove` lets it go."
            ),
            "parked" => format!("Refused by {remote}; it is kept here. `retry` sends it again."),
            "waiting" => format!("Waits to be sent to {remote}."),
            "synced" => "The remote has it as it is here, as of the last contact.".to_owned(),
            _ => "It was never queued: what a remote sent, or nothing that travels.".to_owned(),
        }];
        for it in &self.waits {
            let fields: Vec<_> = it.fields.keys().map(AsRef::as_ref).collect();
            let since = time::iso(it.created_at).unwrap_or_default();
            let (fields, tries) = (fields.join(", "), it.attempts);
            lines.push(format!("  since {since}, sent {tries} times: {fields}"));
            lines.extend(it.last_error.as_ref().map(|error| format!("  last answer: {error}")));
        }
        if !self.shown {
            let deleted = self.row.row.is_deleted();
            let why = if deleted { "it is deleted" } else { "its owner is deleted" };
            lines.push(format!("Not shown: {why}; `restore` brings it back."));
        }
        if self.row.members.len() > 1 {
            let ids: Vec<_> = self.row.members.iter().map(ToString::to_string).collect();
            lines.push(format!("Made on several devices, and one since: {}", ids.join(", ")));
        }
        lines.push("Written:".into());
        for (field, cell) in self.row.row.cells() {
            lines.push(format!("  {field}: {}", written(cell.stamp)));
        }
        if !self.log.is_empty() {
            lines.push("Gave way (`conflicts restore NO.` writes it again):".into());
        }
        for it in &self.log {
            let lost = driftline_core::excerpt(&it.lost.to_string());
            lines.push(format!("  {}: {} was {lost} ({})", it.place, it.field, it.rule));
        }
        format!("{} {}\n{}", entity.name, self.row.id, lines.join("\n"))
    }

    fn object(&self, entity: &EntityDescriptor) -> Value {
        let queue = self.waits.iter().map(|it| {
            json!({
                "fields": it.fields.keys().collect::<Vec<_>>(),
                "since": time::iso(it.created_at),
                "attempts": it.attempts,
                "last_error": it.last_error,
                "parked": it.parked,
                "kept": it.kept,
            })
        });
        let cells = self.row.row.cells();
        let stamps: serde_json::Map<_, _> =
            cells.map(|(field, it)| (field.to_string(), it.stamp.to_string().into())).collect();
        json!({
            "entity": entity.name,
            "id": self.row.id,
            "members": self.row.members,
            "state": self.state(),
            "shown": self.shown,
            "deleted_at": self.row.row.value(DELETED_AT),
            "queue": queue.collect::<Vec<_>>(),
            "stamps": stamps,
            "gave_way": self.log.iter().map(|it| it.place).collect::<Vec<_>>(),
        })
    }
}

fn written(stamp: Stamp) -> String {
    if !stamp.is_person() {
        return "by an import".into();
    }
    let at = time::iso(stamp.millis()).unwrap_or_default();
    format!("{at}, on device {:08x}", stamp.node() >> 32)
}
