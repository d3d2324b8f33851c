//! What must have arrived when a sync says that it is done. Checked when it ends, because
//! later another device may bring what is missing.

use driftline_core::{ALIASES, FieldName, PURGED, Result, Store, store::Stored};

use crate::{device::Device, model::order, promise::broken, rows::all_rows};

/// The hub holds every cell of `device`, or a greater one, unless it waits or is parked;
/// and the device holds every cell of the hub, or a greater one.
pub(crate) fn check(device: &Device, hub: &dyn Store) -> Result<()> {
    let (mine, theirs) = (device.rows()?, hub.view(all_rows)?);
    let name = device.name;
    // What the device merely assumes is nobody else's concern.
    let known = mine.iter().filter(|((entity, _), it)| entity != ALIASES.name || it.acked);
    for ((entity, id), stored) in known {
        for field in lacking(stored, theirs.get(&(entity.clone(), *id))) {
            let waits = device.look(|tx| tx.queued(entity, *id))?;
            if waits.is_none_or(|it| !it.fields.contains_key(field)) {
                let what = format!("{entity} {id} {field} of device {name}");
                return Err(broken(format!("a sync is done, and its hub lacks {what}")));
            }
        }
    }
    for ((entity, id), stored) in &theirs {
        if let Some(field) = lacking(stored, mine.get(&(entity.clone(), *id))).next() {
            let what = format!("{entity} {id} {field} of its hub");
            return Err(broken(format!("a sync is done, and device {name} lacks {what}")));
        }
    }
    Ok(())
}

/// The fields of `from` that are older in `to`, or not there. Of a purged row, nothing is.
fn lacking<'a>(from: &'a Stored, to: Option<&'a Stored>) -> impl Iterator<Item = &'a FieldName> {
    let there = move |field: &str| to.and_then(|it| it.row.cell(field).or(it.row.purge_mark()));
    let cells = from.row.cells().filter(move |(field, cell)| {
        there(field).is_none_or(|it| {
            let is_comparable = to.is_none_or(|to| !to.row.is_purged()) || *field == PURGED;
            is_comparable
                && it != *cell
                && order((it.stamp, &it.value), (cell.stamp, &cell.value)).is_lt()
        })
    });
    cells.map(|(field, _)| field)
}
