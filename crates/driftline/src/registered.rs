//! Whether a type is an entity of the database. One that its program forgot to register
//! compiles; every read and write of it fails here.

use driftline_core::{Error, Result, Schema, SyncEntity};

/// Fails, with what to do about it, if `E` is no entity of the database.
pub(crate) fn check<E: SyncEntity>(schema: &Schema) -> Result<()> {
    if schema.get(E::NAME).is_some() {
        return Ok(());
    }
    let rust = std::any::type_name::<E>();
    Err(Error::schema(format!(
        "`{}` ({rust}) is not registered; derive `SyncEntity`, or write \
         `driftline::register!({rust});` beside it",
        E::NAME
    )))
}
