//! Rows that were made several times, and taking them apart.

use anyhow::Result;
use clap::Args;
use driftline_core::{Id, Values};
use driftline_inspect::{
    folds::{self, Fold, Member},
    trail,
};
use serde_json::{Value, json};

use crate::{
    context::{Context, Device},
    output::table,
    rows, time,
};

/// Take a row apart that was folded by mistake.
#[derive(Clone, Debug, Args)]
pub(crate) struct Split {
    /// The folded row that becomes separate: its id, or its start
    id: String,
    /// New values for its fields, such as a name
    #[arg(value_name = "FIELD=VALUE")]
    changes: Vec<String>,
    /// Show what would happen; change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Undo `conflicts split`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Rejoin {
    /// The row that was split: its id, or its start
    id: String,
}

/// Shows what was folded.
pub(super) fn list(context: &Context<'_>) -> Result<()> {
    let device = context.device()?;
    let folds = folds::list(&device.replica)?;
    if context.output.json {
        return context.output.json(&folds.iter().map(object).collect::<Vec<_>>());
    }
    if folds.is_empty() {
        context.output.say("No row was made several times.");
        return Ok(());
    }
    let members = folds.iter().flat_map(|fold| fold.members.iter().map(move |it| (fold, it)));
    let rows: Vec<_> = members.map(|(fold, it)| row(fold, it)).collect();
    let heads = ["id", "by itself", "made by", "when", "part of"];
    context.output.print(&table(&heads, &rows, context.output.width()))?;
    let split = context.call("conflicts split ID");
    context.output.chat(&format!("If two of them were never the same thing:  {split}"));
    Ok(())
}

fn row(fold: &Fold, it: &Member) -> Vec<String> {
    let by = it.by.as_ref().map_or_else(|| "a transcript".into(), trail::By::words);
    let at = folds::made_at(it).map(time::moment).unwrap_or_default();
    let of = fold.label.clone().unwrap_or_else(|| fold.id.to_string());
    let apart = it.apart.map(|id| format!(", taken apart as {id}")).unwrap_or_default();
    let label = it.label.clone().unwrap_or_default();
    vec![it.id.to_string(), label, by, at, format!("{} “{of}”{apart}", fold.entity)]
}

fn object(fold: &Fold) -> Value {
    let members = fold.members.iter().map(|it| {
        json!({
            "id": it.id,
            "label": it.label,
            "device": it.by.as_ref().and_then(|it| it.device.clone()),
            "at": folds::made_at(it).and_then(time::iso),
            "imported": it.imported,
            "values": it.values.iter().cloned().collect::<serde_json::Map<_, _>>(),
            "apart": it.apart,
        })
    });
    json!({
        "entity": fold.entity,
        "id": fold.id,
        "label": fold.label,
        "members": members.collect::<Vec<_>>(),
    })
}

/// The member of a fold whose id starts with `typed`.
fn member(context: &Context<'_>, device: &Device, typed: &str) -> Result<(&'static str, Id)> {
    let digits = |it: &str| it.replace('-', "");
    let typed_digits = digits(typed);
    let folds = folds::list(&device.replica)?;
    let named = folds.iter().flat_map(|fold| fold.members.iter().map(|it| (fold.entity, it.id)));
    let matching = named.filter(|(_, id)| digits(&id.to_string()).starts_with(&typed_digits));
    let found: Vec<_> = matching.collect();
    if let ([row], false) = (found.as_slice(), typed.is_empty()) {
        return Ok(*row);
    }
    // None of them, or several: the ordinary search says what is wrong.
    let (entity, id) = rows::named(context, device, &[typed.to_owned()])?;
    Ok((context.schema.entity(&entity)?.name, id))
}

impl Split {
    pub(super) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let (entity, id) = member(context, &device, &self.id)?;
        let (replica, now) = (&device.replica, context.env.wall());
        let descriptor = context.schema.entity(entity)?;
        let changes: Values = rows::values(replica, descriptor, &self.changes, now)?;
        let split = match self.dry_run {
            true => folds::plan(&device.replica, entity, id, &changes)?,
            false => folds::split(&device.replica, entity, id, &changes)?,
        };
        if context.output.json {
            let shown = json!({
                "entity": entity, "member": split.member, "apart": split.apart,
                "rest": split.rest, "values": split.values, "follow": split.follow.len(),
                "stay": split.stay.iter().map(|(entity, count)| json!({ "entity": entity, "count": count })).collect::<Vec<_>>(),
                "done": !self.dry_run,
            });
            return context.output.json(&shown);
        }
        for sentence in folds::words(entity, &split) {
            context.output.print(&sentence)?;
        }
        let key = descriptor
            .natural_key
            .iter()
            .filter_map(|field| Some(format!("{field}: {}", split.values.get(*field)?.as_str()?)));
        context.output.print(&format!("It is known by {}.", key.collect::<Vec<_>>().join(", ")))?;
        context.output.chat(&match self.dry_run {
            true => "Nothing was changed.".into(),
            false => {
                format!("To undo:  {}", context.call(&format!("conflicts rejoin {}", split.member)))
            }
        });
        Ok(())
    }
}

impl Rejoin {
    pub(super) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let (entity, id) = member(context, &device, &self.id)?;
        folds::rejoin(&device.replica, entity, id)?;
        if context.output.json {
            return context.output.json(&json!({ "entity": entity, "member": id }));
        }
        context.output.chat(&format!("{entity} {id} is part of what it was folded into again."));
        Ok(())
    }
}
