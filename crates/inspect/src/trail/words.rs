//! Where a row stands now, in sentences.

use driftline_core::{Id, Result, alias, store::ReadTx};

use super::{
    hidden::Hidden,
    seen::{Seen, Standing},
    steps::named,
};
use crate::devices::Devices;

/// How many ids are named.
const NAMED: usize = 6;

/// What would help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Sending refused rows again.
    Retry,
    /// Exchanging everything now.
    Sync,
    /// Bringing the row back.
    Restore,
    /// Bringing its owner back.
    RestoreOwner,
    /// Letting it leave this device.
    LetGo,
    /// Deciding what becomes of what was found in it.
    Decide,
}

/// The sentences, the most important one first, and what would help.
pub(super) fn now(
    tx: &dyn ReadTx,
    devices: &Devices,
    seen: &Seen,
    hidden: &Hidden,
    remote: Option<&str>,
) -> Result<(Vec<String>, Vec<Remedy>)> {
    let (mut sentences, mut remedies) = (vec![standing(seen, remote)], Vec::new());
    match seen.standing(remote) {
        Standing::Excluded => remedies.push(Remedy::LetGo),
        Standing::Held => remedies.push(Remedy::Decide),
        Standing::Parked => remedies.push(Remedy::Retry),
        Standing::Waiting => remedies.push(Remedy::Sync),
        Standing::Synced | Standing::Local => (),
    }
    match hidden {
        Hidden::No => (),
        Hidden::Deleted => {
            let by = seen.view.row.cell(driftline_core::DELETED_AT);
            let device = by.and_then(|it| devices.name(it.stamp));
            let on = device.map(|it| format!(" on {it}")).unwrap_or_default();
            sentences.push(format!("It is not shown: it was deleted{on}. It can be restored."));
            remedies.push(Remedy::Restore);
        }
        Hidden::ByOwner { entity, id, label } => {
            let label = label.as_ref().map(|it| format!(" “{it}”")).unwrap_or_default();
            sentences.push(format!(
                "It is not shown: it belongs to {entity} {id}{label}, which is deleted; it comes \
                 back with it."
            ));
            remedies.push(Remedy::RestoreOwner);
        }
    }
    if seen.descriptor.is_none() {
        sentences.push(
            "This program does not know what it is: a newer one wrote it. It is kept as it is, \
             and travels on."
                .into(),
        );
    }
    sentences.extend(folded(seen));
    sentences.extend(apart(tx, seen)?);
    let local: Vec<&str> = seen.view.local.keys().map(AsRef::as_ref).collect();
    if !local.is_empty() {
        let verb = if local.len() == 1 { "stays" } else { "stay" };
        let fields = named(local.into_iter());
        sentences.push(format!("On this device alone {verb}: {fields}."));
    }
    Ok((sentences, remedies))
}

fn standing(seen: &Seen, remote: Option<&str>) -> String {
    let who = remote.unwrap_or("the remote");
    match seen.standing(remote) {
        Standing::Parked => {
            let reason = seen.queue.iter().find_map(|it| it.parked()).unwrap_or_default();
            format!(
                "It is kept here, for {who} does not take it: {}.",
                reason.trim_end_matches('.')
            )
        }
        Standing::Excluded => {
            let rule = seen.queue.iter().find_map(|it| it.excluded()).unwrap_or_default();
            let before = match seen.stored.iter().any(|it| it.acked) {
                true => " What the remote had of it before stays there.",
                false => "",
            };
            format!("It stays on this device: `{rule}` is excluded.{before}")
        }
        Standing::Held => held(seen),
        Standing::Waiting => format!("It waits to be sent to {who}."),
        Standing::Synced => {
            let same = |it: &driftline_core::store::Stored| {
                !it.acked || it.hash == 0 || it.hash == it.row.hash(&seen.entity, it.id)
            };
            if seen.stored.iter().all(same) {
                "The remote has it as it is here, as of the last contact.".into()
            } else {
                "The remote has it, with changes that the next sync brings here.".into()
            }
        }
        Standing::Local if remote.is_none() => {
            "It is on this device; it would be sent to a remote, of which there is none.".into()
        }
        Standing::Local => "It is on this device alone: nothing of it travels.".into(),
    }
}

fn held(seen: &Seen) -> String {
    let holds: Vec<_> = seen.queue.iter().filter_map(|it| it.held()).collect();
    let found = holds.iter().flat_map(|it| &it.fields);
    let found: Vec<_> = found.map(|(field, rule)| format!("{field} ({rule})")).collect();
    let found = found.join(", ");
    if holds.iter().all(|it| it.kept) {
        return format!("You keep it on this device, for what was found in {found}.");
    }
    format!("It is held on this device until you decide, for what was found in {found}.")
}

fn ids(ids: &[Id]) -> String {
    let mut text = ids.iter().take(NAMED).map(Id::to_string).collect::<Vec<_>>().join(", ");
    if ids.len() > NAMED {
        text.push_str(&format!(" and {} more", ids.len() - NAMED));
    }
    text
}

fn folded(seen: &Seen) -> Option<String> {
    let members = &seen.view.members;
    (members.len() > 1).then(|| {
        format!("It was made {} times and is one row since: {}.", members.len(), ids(members))
    })
}

/// What was taken out of it, and out of what it was taken.
fn apart(tx: &dyn ReadTx, seen: &Seen) -> Result<Vec<String>> {
    let keyed = seen.descriptor.filter(|it| !it.natural_key.is_empty());
    let Some(entity) = keyed else { return Ok(Vec::new()) };
    let mut sentences = Vec::new();
    if seen.view.members.len() > 1 {
        for member in &seen.view.members {
            let id = alias::apart(entity.name, *member);
            if tx.get(entity.name, id)?.is_some_and(|it| !it.row.is_deleted()) {
                sentences.push(format!("{member} was taken apart and goes on as {id}."));
            }
        }
    }
    let classes = alias::classes(tx, entity.name)?;
    let from = classes.keys().find(|member| alias::apart(entity.name, **member) == seen.view.id);
    sentences.extend(from.map(|it| format!("It was taken apart from what {it} was folded into.")));
    Ok(sentences)
}
