//! A view per entity, `<entity>_sync`, for people with an SQL tool and for search:
//! the fields, and how far each row has come. Everything in it is derived, so it
//! cannot disagree with the rows.

use crate::{
    layout::{ColumnKind, TableLayout},
    table::{ROW, quoted},
};

/// Its name.
pub(crate) fn name(entity: &str) -> String {
    format!("{entity}_sync")
}

/// The statements that make the view anew.
pub(crate) fn view(entity: &str, layout: &TableLayout) -> String {
    let (name, table) = (quoted(&name(entity)), quoted(entity));
    let field = |it: &crate::layout::ColumnLayout| {
        let column = format!("t.{}", quoted(&it.column));
        let shown = if it.kind == ColumnKind::Ref { id_text(&column) } else { column };
        format!("{shown} AS {}, ", quoted(&it.field))
    };
    let id = id_text("t.id");
    let entry = format!("{} + t.{ROW}", u64::from(layout.number) << 48);
    let fields: String = layout.columns.iter().map(field).collect();
    // A stamp sorts as text. Its time is the 12 digits after the class; SQLite reads
    // hexadecimal as JSON5. What a machine wrote may carry a rank above bit 41.
    format!(
        "DROP VIEW IF EXISTS {name};
CREATE VIEW {name} AS SELECT {id} AS id, {fields}\
CASE WHEN t.acked OR EXISTS (SELECT 1 FROM acknowledged AS a WHERE a.id = {entry})
    THEN {id} END AS remote_id,
  CASE WHEN q.id IS NULL THEN 'synced' WHEN q.kept IS NOT NULL THEN 'kept'
    WHEN q.parked IS NULL THEN 'pending' ELSE 'parked' END AS sync_status,
  (SELECT CASE substr(newest, 1, 1) WHEN '0' THEN millis & 0x1ffffffffff ELSE millis END
    FROM (SELECT newest, json_extract('0x' || substr(newest, 2, 12), '$') AS millis FROM (
      SELECT nullif(max(
        substr(lower(hex(t.stamp)), 2),
        coalesce((SELECT max(value) FROM json_each(t.stamps)), ''),
        coalesce((SELECT max(value ->> 'stamp') FROM json_each(t.extra)), '')
      ), '') AS newest))) AS updated_at,
  t.deleted_at
FROM {table} AS t
LEFT JOIN sync_queue AS q ON q.id = {entry};"
    )
}

/// An id as people write it. It has 16 bytes, so nothing else can be in it.
fn id_text(column: &str) -> String {
    let part = |from, length| format!("substr(hex({column}), {from}, {length})");
    let parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)].map(|(from, it)| part(from, it));
    format!("lower({})", parts.join(" || '-' || "))
}
