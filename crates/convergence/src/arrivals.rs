//! What a sync must have brought to its hub when it says that it is done. Checked when it
//! ends, because later another device may bring the same.

use driftline_core::{ALIASES, Result, Store};

use crate::{
    device::{Device, all_rows, broken},
    model::order,
};

/// The hub holds every cell of `device`, or a greater one, unless it waits or is parked.
pub(crate) fn check(device: &Device, hub: &dyn Store) -> Result<()> {
    let mine = device.rows()?;
    let theirs = hub.view(all_rows)?;
    for ((entity, id), stored) in &mine {
        // What the device merely assumes is nobody else's concern.
        if entity == ALIASES.name && !stored.acked {
            continue;
        }
        let there = theirs.get(&(entity.clone(), *id)).map(|it| &it.row);
        for (field, cell) in stored.row.cells() {
            let arrived = there.and_then(|it| it.cell(field)).is_some_and(|it| {
                it == cell || order((it.stamp, &it.value), (cell.stamp, &cell.value)).is_gt()
            });
            let waits = |it: driftline_core::store::Queued| it.fields.contains_key(field);
            if !arrived && !device.look(|tx| tx.queued(entity, *id))?.is_some_and(waits) {
                return Err(broken(format!(
                    "device {} says that all is exchanged, and its hub lacks {entity} {id} {field}",
                    device.name
                )));
            }
        }
    }
    Ok(())
}
