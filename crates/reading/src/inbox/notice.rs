//! What this device notices by itself.

use driftline_core::{
    Id, Millis, Result, SyncEntity as _, Value, device,
    store::{AuditKind, Find, QueueId, QueueList, ReadTx},
    view,
};
use driftline_entities::comments::Comment;
use driftline_inspect::{conflicts::is_conflict, devices::Devices, label::label, trail::Lost};
use driftline_text::{count_of, shortened};

use super::{Item, Lead, Outside};

/// How many of one kind are looked at.
const MANY: usize = 200;

/// How old a comment can be and still be news.
const NEWS: Millis = 30 * 24 * 60 * 60 * 1_000;

/// The id of the row that a person's marks on `about` are kept in.
pub(super) fn id_of(about: &str) -> Id {
    Id::imported(0, &["notice", about])
}

/// Everything that this device notices now.
pub(super) fn all(
    tx: &dyn ReadTx,
    devices: &Devices,
    outside: &Outside,
    now: Millis,
) -> Result<Vec<Item>> {
    let mut items = conflicts(tx, devices)?;
    items.extend(refused(tx, devices)?);
    items.extend(held(tx, devices)?);
    items.extend(comments(tx, devices, now)?);
    items.extend(outside.problems.iter().map(|it| {
        // The path says nothing to other devices, and stays here.
        let name = it.path.rsplit(['/', '\\']).next().unwrap_or_default();
        let subject = Id::imported(0, &["import", &it.path, &it.reason]);
        Item {
            body: Some(format!("{}: {}", it.path, it.reason)),
            leads_to: Lead::Import,
            at: Some(it.at),
            ..item(
                "import",
                format!("{name} could not be imported"),
                format!("import:{}:{subject}", devices.this()),
            )
        }
    }));
    items.extend(outside.expiring.iter().map(|it| {
        // What is safe is news once; what is not is news every day that more of it goes.
        let urgent = it.first_unsafe_at.map(|at| format!(":{}", at / (24 * 60 * 60 * 1_000)));
        let about =
            format!("expiring:{}:{}{}", devices.this(), it.tool, urgent.unwrap_or_default());
        Item {
            body: Some(it.words()),
            leads_to: Lead::Import,
            at: Some(now),
            ..item("expiring", expiring_title(it), about)
        }
    }));
    Ok(items)
}

fn expiring_title(it: &super::Expiring) -> String {
    let transcripts = count_of(it.files, "transcript", "transcripts");
    match it.files - it.safe {
        0 => format!("{transcripts} of {} will be deleted there, and kept here", it.tool),
        lacking => format!("{lacking} of {transcripts} of {} will be lost", it.tool),
    }
}

fn item(kind: &str, title: String, about: String) -> Item {
    Item {
        id: id_of(&about),
        kind: kind.into(),
        title,
        body: None,
        session: None,
        leads_to: Lead::Nowhere,
        at: None,
        unread: true,
        archived: false,
        about: Some(about),
        noticed: true,
    }
}

/// Values of this device that gave way and were not brought back.
fn conflicts(tx: &dyn ReadTx, devices: &Devices) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for entry in tx.audit(Some(AuditKind::Conflict), MANY)? {
        if !is_conflict(tx.schema(), &entry) {
            continue;
        }
        let Some(entity) = tx.schema().get(&entry.entity) else { continue };
        let Some(row) = view::view(tx, entity, entry.id)? else { continue };
        if row.row.value(&entry.field).unwrap_or(&Value::Null) == &entry.lost {
            continue;
        }
        let name = label(entity, &row).unwrap_or_else(|| row.id.to_string());
        let lost = Lost::of(devices, &entry);
        let about =
            format!("conflict:{}:{}:{}:{}", entry.entity, entry.id, entry.field, entry.lost_stamp);
        items.push(Item {
            body: Some(lost.words()),
            leads_to: Lead::Conflicts,
            at: Some(entry.at),
            ..item("conflict", format!("{} of “{name}”", entry.field), about)
        });
    }
    Ok(items)
}

/// Rows that the remote refused.
fn refused(tx: &dyn ReadTx, devices: &Devices) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for entry in tx.queue(QueueList::Parked, QueueId::default(), MANY)? {
        let row = match tx.schema().get(&entry.entity) {
            Some(entity) => view::view(tx, entity, entry.id)?.and_then(|it| label(entity, &it)),
            None => None,
        };
        let name = row.map_or_else(|| entry.id.to_string(), |it| format!("“{it}”"));
        let about =
            format!("refused:{}:{}:{}:{}", devices.this(), entry.entity, entry.id, entry.change);
        items.push(Item {
            body: entry.parked().map(str::to_owned),
            leads_to: Lead::Why(entry.entity.clone(), entry.id),
            at: Some(entry.created_at),
            ..item("refused", format!("{} {name} was refused", entry.entity), about)
        });
    }
    Ok(items)
}

/// Rows that are held until their owner decides, once there is a hub that they would go to.
/// A mark on one is a row that is sent, so it tells of the texts only where they are.
fn held(tx: &dyn ReadTx, devices: &Devices) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    if device::link(tx)?.identity.is_none() {
        return Ok(items);
    }
    for entry in tx.queue(QueueList::Held, QueueId::default(), MANY)? {
        let Some(hold) = entry.held().filter(|it| !it.kept) else { continue };
        let row = tx.get(&entry.entity, entry.id)?.map(|it| it.row).unwrap_or_default();
        let stamps = hold.fields.keys().filter_map(|it| row.cell(it)).map(|it| it.stamp);
        let stamp = stamps.max().map(|it| it.to_string()).unwrap_or_default();
        let found = hold.fields.iter().map(|(field, rule)| format!("{field} ({rule})"));
        let found = found.collect::<Vec<_>>().join(", ");
        let about = format!("held:{}:{}:{}:{stamp}", devices.this(), entry.entity, entry.id);
        items.push(Item {
            body: Some(format!(
                "What looks like a secret was found in {found} of {} {}. It stays on this device \
                 until you decide: send it as it is, replace the secret, or keep it here.",
                entry.entity, entry.id
            )),
            leads_to: Lead::Held,
            at: Some(entry.created_at),
            ..item("held", format!("Held: a likely secret in {}, {found}", entry.entity), about)
        });
    }
    Ok(items)
}

/// Open comments that came from other devices after their session was last read.
fn comments(tx: &dyn ReadTx, devices: &Devices, now: Millis) -> Result<Vec<Item>> {
    let Some(entity) = tx.schema().get(Comment::NAME) else { return Ok(Vec::new()) };
    let newest = Find { descending: true, ..Find::new().limit(MANY) };
    let mut items = Vec::new();
    for row in view::list(tx, entity, &newest)? {
        let born = row.row.cells().map(|(_, cell)| cell.stamp).filter(|it| it.is_person()).min();
        let Some(born) = born.filter(|it| !devices.is_here(*it)) else { continue };
        let text = |field: &str| row.value(field).and_then(Value::as_str);
        let open = row.value("resolved_at").is_none_or(Value::is_null);
        if !open || born.millis() < now.saturating_sub(NEWS) {
            continue;
        }
        let id = |field: &str| text(field).and_then(|it| it.parse().ok());
        let (session, message) = (id("session"), id("message"));
        let mut of = String::new();
        let mut read_at = None;
        if let (Some(id), Some((_, owner))) = (session, entity.owner())
            && let Some(owner) = tx.schema().get(owner)
            && let Some(it) = view::view(tx, owner, id)?
        {
            of = label(owner, &it).map(|it| format!(" on “{it}”")).unwrap_or_default();
            read_at = it.value("read_at").and_then(Value::as_u64);
        }
        let body = text("body").unwrap_or_default();
        let who = text("author")
            .map_or_else(|| devices.name(born).unwrap_or_default(), |author| shortened(author, 40));
        items.push(Item {
            body: Some(body.to_owned()),
            session,
            leads_to: session.map_or(Lead::Nowhere, |it| Lead::Session(it, message)),
            at: Some(born.millis()),
            // Who has read the session since has seen it.
            unread: read_at.is_none_or(|it| it < born.millis()),
            ..item("comment", format!("{who}{of}: {body}"), format!("comment:{}", row.id))
        });
    }
    Ok(items)
}
