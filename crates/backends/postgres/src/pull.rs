//! A pull: state, rows and digests as they were at one moment, in one read-only transaction
//! and one round trip.

use driftline_core::{
    Cursor, Head, Millis, Page, Pull, Schema, Seq,
    hub::{self, State},
    store::Fed,
};
use futures_util::future::{try_join, try_join4};
use tokio_postgres::{Row, types::Type};

use crate::{
    fault::{Fault, Result},
    push::NOW,
    seal::Codec,
    session::{Session, one},
    store::{self, COLUMNS},
};

const STATE: &str = "SELECT state, sealed FROM driftline._people WHERE person = current_user::text";

/// The rows after a number, in order; no more of them than fit into so many bytes, but always
/// two if there are two, and how many there would have been.
fn feed() -> String {
    format!(
        "SELECT {COLUMNS}, r.available FROM (SELECT f.*, count(*) OVER () AS available, \
         row_number() OVER (ORDER BY f.seq) AS place, \
         sum(octet_length(f.cells)) OVER (ORDER BY f.seq) AS bytes \
         FROM (SELECT t.* FROM driftline._rows t WHERE t.person = current_user::text \
         AND t.seq > $1 ORDER BY t.seq LIMIT $2) f) r \
         WHERE r.place <= 2 OR r.bytes <= $3 ORDER BY r.seq"
    )
}

/// The page that answers `request`. None if this person has no state yet.
pub(crate) async fn pull(
    session: &Session,
    schema: &Schema,
    request: &Pull,
    time: Option<Millis>,
) -> Result<Option<Page>> {
    let client = &session.client;
    // A number that the database cannot hold is beyond every row.
    let cursor = i64::try_from(request.cursor.0).unwrap_or(i64::MAX);
    let rows = i64::try_from(hub::wanted(request)).unwrap_or(i64::MAX);
    let bytes = i64::try_from(request.bytes).unwrap_or(i64::MAX);
    let feed = feed();
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 3] =
        [(&cursor, Type::INT8), (&rows, Type::INT8), (&bytes, Type::INT8)];
    let ((), state, (now, found), ()) = try_join4(
        client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        client.query_typed(STATE, &[]),
        try_join(client.query_typed(NOW, &[]), client.query_typed(&feed, &parameters)),
        async { client.batch_execute("COMMIT").await },
    )
    .await?;
    let Some(state) = state.first() else { return Ok(None) };
    let state = session.served(state)?;
    let codec = session.sealing.codec(&state);
    let time = time.or(Millis::try_from(one(now)?.try_get::<_, i64>(0)?).ok());
    let available = found.first().map_or(Ok(0), |it| it.try_get::<_, i64>(7))?;
    let rows = read(&codec, &found, request.cursor)?;
    let mut request = request.clone();
    if usize::try_from(available).is_ok_and(|it| it > rows.len()) {
        // The bytes were at their end. The last row says that there are more.
        if rows.len() < 2 {
            return Err(Fault::Damaged("the feed stops in the middle".into()));
        }
        request.rows = request.rows.min(rows.len() - 1);
    }
    Ok(Some(hub::page(state, schema, rows, &request, time)))
}

/// Where this person's rows are; none if there are none yet.
pub(crate) async fn head(session: &Session) -> Result<Option<Head>> {
    Ok(state(session).await?.map(|it| it.at()))
}

/// What the hub keeps of itself; none if there are no rows of this person yet.
pub(crate) async fn state(session: &Session) -> Result<Option<State>> {
    let found = session.client.query_typed(STATE, &[]).await?;
    let Some(state) = found.first() else { return Ok(None) };
    Ok(Some(session.served(state)?))
}

/// How the rows of this person are marked, if there are any yet; nothing inside if they are not
/// sealed.
pub(crate) async fn mark(session: &Session) -> Result<Option<Option<String>>> {
    let found = session.client.query_typed(STATE, &[]).await?;
    Ok(found.first().map(|it| it.try_get(1)).transpose()?)
}

/// The server's time.
pub(crate) async fn time(session: &Session) -> Result<Millis> {
    let now: i64 = one(session.client.query_typed(NOW, &[]).await?)?.try_get(0)?;
    Ok(Millis::try_from(now).unwrap_or_default())
}

/// The rows of the feed, whose numbers grow from `after` on.
fn read(codec: &Codec, found: &[Row], after: Cursor) -> Result<Vec<Fed>> {
    let mut rows = Vec::with_capacity(found.len());
    let mut last = Seq(after.0);
    for row in found {
        let read = store::read(codec, row, 0)?.filter(|(_, stored)| stored.seq > last);
        let (entity, stored) =
            read.ok_or_else(|| Fault::Damaged(format!("the feed does not go on after {last}")))?;
        last = stored.seq;
        rows.push(Fed { entity, stored });
    }
    Ok(rows)
}
