//! `why`: what happened to a row, from its birth to the remote.

use anyhow::Result;
use clap::Args;
use driftline_core::excerpt;
use driftline_inspect::trail::{self, Lost, Remedy, Step, Trail, Written};
use serde_json::{Value, json};

use crate::{
    context::{Context, Device},
    output::{one_line, table},
    rows, time,
};

/// What happened to a row.
#[derive(Clone, Debug, Args)]
pub(crate) struct Why {
    /// The row's id, or its start, optionally after the entity
    #[arg(value_name = "[ENTITY] ID", num_args = 1..=2, required = true)]
    row: Vec<String>,
}

impl Why {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let read = rows::named(context, &device, &self.row).and_then(|(entity, id)| {
            Ok(trail::read(&device.replica, &entity, id, device.remote())?)
        });
        let trail = match read {
            Ok(trail) => trail,
            // A row that was set aside may never have been here in a form that can be read.
            Err(error) => return self.aside(context, &device)?.ok_or(error),
        };
        if context.output.json {
            return context.output.json(&object(&trail));
        }
        context.output.print(&text(context, &trail))
    }
}

impl Why {
    /// Tells of a row that is set aside and nowhere else; nothing if none is meant.
    fn aside(&self, context: &Context<'_>, device: &Device) -> Result<Option<()>> {
        let (Some(id), entity) = (self.row.last(), self.row.iter().rev().nth(1)) else {
            return Ok(None);
        };
        let found = device.replica.read(|tx| {
            let all = driftline_core::device::unread(tx)?;
            let mut meant = all.into_iter().filter(|it| {
                it.id.to_string() == *id && entity.is_none_or(|entity| it.entity == *entity)
            });
            let Some(aside) = meant.next() else { return Ok(None) };
            let text = driftline_core::device::unread_text(tx, &aside)?;
            Ok(Some((aside, text)))
        })?;
        let Some((aside, text)) = found else { return Ok(None) };
        if context.output.json {
            let reason = &aside.reason;
            context.output.json(&json!({
                "entity": aside.entity, "id": aside.id, "state": "set_aside",
                "reason": reason, "text": text,
            }))?;
        } else {
            context.output.print(&format!(
                "{} {}  (set aside)\nThis program cannot read what the remote holds of it: {}.\n\
                 It is kept as it came, and tried again when an updated program starts:\n\n  {}",
                excerpt(&aside.entity),
                aside.id,
                excerpt(&aside.reason),
                excerpt(&text),
            ))?;
        }
        Ok(Some(()))
    }
}

fn text(context: &Context<'_>, trail: &Trail) -> String {
    let label = trail.label.as_ref().map(|it| format!("  “{}”", one_line(it))).unwrap_or_default();
    let state = trail.standing.word();
    let mut lines = vec![format!("{} {}{label}  ({state})", trail.entity, trail.id)];
    lines.extend(trail.now.iter().cloned());
    lines.push(String::new());
    lines.extend(trail.steps.iter().map(step));
    let fields: Vec<_> = trail.fields.iter().map(field).collect();
    if !fields.is_empty() {
        let heads = ["field", "value", "written by", "when"];
        lines.push(format!("\n{}", table(&heads, &fields, context.output.width())));
    }
    if !trail.lost.is_empty() {
        let lost: Vec<_> = trail.lost.iter().map(gave_way).collect();
        let heads = ["no.", "gave way", "was", "when", "why"];
        lines.push(format!("\n{}", table(&heads, &lost, context.output.width())));
    }
    let mut next: Vec<_> =
        trail.remedies.iter().map(|it| context.call(&command(trail, *it))).collect();
    if !trail.lost.is_empty() {
        next.push(context.call("conflicts restore NO."));
    }
    if !next.is_empty() {
        lines.push(format!("\nNext:  {}", next.join("   ")));
    }
    lines.join("\n")
}

fn step(it: &Step) -> String {
    let at = it.at.map(time::moment).unwrap_or_default();
    let mark = if it.stuck { "!" } else { " " };
    format!("{mark} {at:<19}  {}", one_line(&it.text))
}

fn field(it: &Written) -> Vec<String> {
    let by = it.by.as_ref().map_or_else(|| "stays here".into(), trail::By::words);
    let at = it.by.as_ref().and_then(|it| it.at).map(time::moment).unwrap_or_default();
    vec![it.field.clone(), it.value.clone(), by, at]
}

fn gave_way(it: &Lost) -> Vec<String> {
    let was = driftline_inspect::label::in_line(&it.lost);
    vec![it.log_id.to_string(), it.field.clone(), was, time::moment(it.at), it.rule.clone()]
}

fn command(trail: &Trail, remedy: Remedy) -> String {
    let restore = |entity: &str, id| format!("restore {entity} {id}");
    match remedy {
        Remedy::Retry => "retry".into(),
        Remedy::LetGo => "exclude".into(),
        Remedy::Decide => "held".into(),
        Remedy::Sync => "sync".into(),
        Remedy::Restore => restore(&trail.entity, trail.id),
        Remedy::RestoreOwner => match &trail.hidden_by {
            Some((entity, id)) => restore(entity, *id),
            None => "status".into(),
        },
    }
}

fn object(trail: &Trail) -> Value {
    let queue = trail.queue.iter().map(|it| {
        json!({
            "fields": it.fields.keys().collect::<Vec<_>>(),
            "since": time::iso(it.created_at),
            "attempts": it.attempts,
            "last_error": it.last_error,
            "parked": it.parked(),
            "excluded": it.excluded(),
            "held": it.held().map(|it| json!({ "fields": it.fields, "kept": it.kept })),
        })
    });
    let stamp =
        |it: &Written| Some((it.field.clone(), Value::from(it.by.as_ref()?.stamp.to_string())));
    let stamps: serde_json::Map<_, _> = trail.fields.iter().filter_map(stamp).collect();
    let steps =
        trail.steps.iter().map(|it| json!({ "at": it.at.and_then(time::iso), "text": it.text }));
    json!({
        "entity": trail.entity,
        "id": trail.id,
        "label": trail.label,
        "members": trail.members,
        "state": trail.standing.word(),
        "shown": trail.shown,
        "deleted_at": trail.deleted_at.and_then(time::iso),
        "hidden_by": trail.hidden_by.as_ref().map(|(entity, id)| json!({ "entity": entity, "id": id })),
        "now": trail.now,
        "steps": steps.collect::<Vec<_>>(),
        "queue": queue.collect::<Vec<_>>(),
        "stamps": stamps,
        "gave_way": trail.lost.iter().map(|it| it.log_id).collect::<Vec<_>>(),
    })
}
