//! Rows from elsewhere in the place of everything that is here. Of who wrote them nothing is
//! known, so what they say is taken and nothing else: not whose they are, not which merge was
//! agreed to, not what is kept on a device or what a hub is said to hold.

use super::{
    batch::{DEVICE, SERIAL},
    owe::owe,
    purge,
};
use crate::{
    FieldName, Result, Seq,
    clock::{self, MINE, Moment, SEEN},
    store::{ReadTx, StoreTx, Stored},
};

/// Replaces everything that is here by the rows of `theirs` and the values that gave way
/// there. This device stays who it is, belongs to no hub, and owes all of it to the next.
///
/// # Errors
/// When one of both cannot be read, or this one not written.
pub fn replace(tx: &mut dyn StoreTx, moment: &Moment, theirs: &dyn ReadTx) -> Result<()> {
    let marks = purge::purged(tx.reading())?;
    tx.clear(&[DEVICE, SERIAL, MINE, SEEN])?;
    theirs.each_row(|entity, it| {
        let known = tx.schema().get(entity);
        let key = known.map_or_else(|| it.key.clone(), |known| known.key_of(&it.row));
        let stored = Stored { key, seq: Seq::default(), born: false, hash: 0, ..it };
        let stamps = stored.row.cells().map(|(_, cell)| cell.stamp);
        clock::observe(tx, stamps.filter(|it| !moment.is_ahead(*it)).max())?;
        if stored.row.is_purged() {
            purge::expect(tx)?;
        }
        tx.put(entity, &stored)?;
        let fields: Vec<FieldName> = stored.row.cells().map(|(field, _)| field.clone()).collect();
        owe(tx, entity, &stored, fields, moment.now)
    })?;
    // What was purged here does not come back with them.
    purge::mark_again(tx, moment, &marks)?;
    for mut entry in theirs.audit(None, usize::MAX)?.into_iter().rev() {
        let is_purged = tx.get(&entry.entity, entry.id)?.is_some_and(|it| it.row.is_purged());
        if !is_purged {
            entry.log_id = None;
            tx.record(&entry)?;
        }
    }
    Ok(())
}
