//! What a hub reads to those who ask what is new.

use driftline_core::{
    Cursor, Id, Result,
    store::{Fed, ReadFeed},
};

use crate::{
    rows::read_row,
    tx::SqliteTx,
    value::{at_most, bound, id, natural},
};

impl ReadFeed for SqliteTx<'_> {
    fn feed(&self, after: Cursor, limit: usize) -> Result<Vec<Fed>> {
        self.named(feed(self, at_most(after.0), limit))
    }
}

/// Up to `limit` rows of any table whose sequence number is above `after`, by it. The
/// indexes tell which rows those are, so that no row is read in vain.
fn feed(tx: &SqliteTx<'_>, after: i64, limit: usize) -> rusqlite::Result<Vec<Fed>> {
    let (statements, tables) = (&tx.statements, tx.tables);
    let mut seqs: Vec<(u64, String, Id)> = Vec::new();
    for table in tables.all() {
        statements.with(&table.feed, |it| {
            let mut rows = it.query(("", after, bound(limit)))?;
            while let Some(row) = rows.next()? {
                seqs.push((natural(row.get_ref(0)?)?, row.get(2)?, id(row.get_ref(1)?)?));
            }
            Ok(())
        })?;
    }
    seqs.sort_unstable();
    seqs.truncate(limit);
    let mut found = Vec::with_capacity(seqs.len());
    for (_, entity, id) in seqs {
        if let Some(stored) = read_row(statements, tables.of(&entity), &entity, id, tx.look)? {
            found.push(Fed { entity, stored });
        }
    }
    Ok(found)
}
