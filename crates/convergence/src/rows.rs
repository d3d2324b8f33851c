//! All rows of a store at once. Devices and hubs are compared by them, with each other and
//! with the model.

use std::collections::BTreeMap;

use driftline_core::{
    Id, Result,
    store::{ReadTx, Stored},
};

/// Rows by entity and id.
pub(crate) type Rows = BTreeMap<(String, Id), Stored>;

/// Every row of a store, of entities that it knows and of others.
pub(crate) fn all_rows(tx: &dyn ReadTx) -> Result<Rows> {
    let mut rows = Rows::new();
    for entity in tx.stored_entities()? {
        for stored in tx.scan(&entity, None, usize::MAX >> 1)? {
            rows.insert((entity.clone(), stored.id), stored);
        }
    }
    Ok(rows)
}
