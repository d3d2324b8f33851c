//! Views with typed columns, one for each entity, for people who query their history with SQL.
//! Nothing here reads them. They follow from what entities say of themselves, and are made by
//! the owner of the tables; one is made anew only if it lacks a field that this program knows,
//! so that programs of two versions do not undo each other's.

use std::collections::BTreeMap;

use driftline_core::{DELETED_AT, EntityDescriptor, Field, Kind, Schema};

use crate::{
    fault::{Fault, Result},
    session::Session,
};

/// The first server whose views can read with the rights of who asks.
const OLDEST: i32 = 150_000;

const LOOK: &str = "SELECT c.relname::text, array_agg(a.attname::text) \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
    WHERE n.nspname = 'driftline' AND c.relkind = 'v' GROUP BY 1";

/// Makes the views that lack something, if this role owns the tables. A view that cannot be
/// made is told to the log: no sync fails for it.
pub(crate) async fn ready(session: &Session, schema: &Schema) -> Result<()> {
    if !session.is_owner || session.server_version < OLDEST {
        return Ok(());
    }
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in session.client.query_typed(LOOK, &[]).await? {
        known.insert(row.try_get(0)?, row.try_get(1)?);
    }
    for entity in schema.tables() {
        let columns = known.get(entity.name);
        let has = |name: &str| columns.is_some_and(|it| it.iter().any(|it| it == name));
        if entity.synced().all(|it| has(it.name)) && has(DELETED_AT) {
            continue;
        }
        // In one string: all of it happens, or nothing.
        if let Err(error) = session.client.batch_execute(&made(entity)).await {
            match Fault::from(error) {
                fault @ Fault::Closed(_) => return Err(fault),
                fault => tracing::warn!(view = entity.name, "a view is not made: {fault:?}"),
            }
        }
    }
    Ok(())
}

/// The SQL that makes the view of `entity`.
fn made(entity: &EntityDescriptor) -> String {
    let name = entity.name;
    let deleted = Field::new(DELETED_AT, Kind::Time).doc("When it was deleted; null if it is not");
    let fields: Vec<Field> = entity.synced().copied().chain([deleted]).collect();
    let column = |it: &Field| format!(", {} AS \"{}\"", decoded(it), it.name);
    let columns: String = fields.iter().map(column).collect();
    let comment = |it: &Field| {
        format!("COMMENT ON COLUMN driftline.\"{name}\".\"{}\" IS {}; ", it.name, quoted(it.doc))
    };
    let comments: String = fields.iter().map(comment).collect();
    format!(
        "DROP VIEW IF EXISTS driftline.\"{name}\"; \
         CREATE VIEW driftline.\"{name}\" WITH (security_invoker = true) AS \
         SELECT r.id{columns} FROM driftline._rows r \
         CROSS JOIN LATERAL driftline._values(r.cells) v \
         WHERE r.person = current_user::text AND r.entity = '{name}'; \
         COMMENT ON VIEW driftline.\"{name}\" IS {}; {comments}\
         GRANT SELECT ON driftline.\"{name}\" TO PUBLIC",
        quoted(entity.doc)
    )
}

/// The value of a field, as the type of its kind.
fn decoded(field: &Field) -> String {
    let value = format!("v -> '{}'", field.name);
    match field.kind {
        Kind::Text => format!("driftline._text({value})"),
        Kind::Int => format!("driftline._int({value})"),
        Kind::Real => format!("driftline._real({value})"),
        Kind::Bool => format!("driftline._bool({value})"),
        Kind::Time => format!("driftline._time({value})"),
        Kind::Json => format!("({value})"),
        Kind::Ref(_) => format!("driftline._id({value})"),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
