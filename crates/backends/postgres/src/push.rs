//! A push: one transaction in which the person's state is locked first, so that their pushes
//! follow each other. Each statement after that sees what the push before it wrote, which is
//! why the transaction is READ COMMITTED: a snapshot taken before the wait would be old.

use driftline_core::{
    Answer, Answers, Env, Millis, Push, Schema,
    hub::{Attempt, Judged, State, Taken, WorkingSet},
};
use futures_util::future::try_join4;
use tokio_postgres::types::Type;

use crate::{
    cells,
    fault::{Fault, Result},
    load::Wanted,
    seal::{Codec, Written},
    session::{Session, one},
    store::{alias, uuid_of},
};

pub(crate) const NOW: &str = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::int8";

const LOCK: &str =
    "SELECT state, sealed FROM driftline._people WHERE person = current_user::text FOR UPDATE";

const WRITE: &str = "INSERT INTO driftline._rows AS r \
    (person, entity, id, seq, hash, born, key, key_hash, joins, low, high, cells, refs) \
    SELECT current_user::text, w.* \
    FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) w \
    ON CONFLICT (person, entity, id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, \
    born = excluded.born, key = excluded.key, key_hash = excluded.key_hash, \
    joins = excluded.joins, low = excluded.low, high = excluded.high, cells = excluded.cells, \
    refs = excluded.refs";

const KEEP: &str = "UPDATE driftline._people SET state = $1 WHERE person = current_user::text";

/// Takes a push in. None, and nothing is done, if this person has no state yet.
pub(crate) async fn push(
    session: &Session,
    schema: &Schema,
    name: &str,
    request: &Push,
    (time, env): (Option<Millis>, &dyn Env),
) -> Result<Option<Answers>> {
    let client = &session.client;
    let (push, refused) = readable(request);
    let begin = async { client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED").await };
    let (begun, state, now, loaded) = try_join4(
        async { begin.await.map_err(Fault::from) },
        async { client.query_typed(LOCK, &[]).await.map_err(Fault::from) },
        async { client.query_typed(NOW, &[]).await.map_err(Fault::from) },
        Wanted::by(&push.changes, schema, session.sealing.key.as_ref()).load(client),
    )
    .await?;
    let () = begun;
    let Some(state) = state.first() else {
        client.batch_execute("ROLLBACK").await?;
        return Ok(None);
    };
    let state = session.served(state)?;
    let codec = session.sealing.codec(&state);
    let time = time.or(Millis::try_from(one(now)?.try_get::<_, i64>(0)?).ok());
    let mut set = WorkingSet::new(schema);
    loaded.into(&codec, &mut set)?;
    let Judged { mut answers, taken, state } = loop {
        match set.judge(&state, name, &push, time)? {
            Attempt::Judged(judged) => break *judged,
            Attempt::Missing(missing) => {
                let wanted = Wanted::of(missing, session.sealing.key.as_ref());
                wanted.load(client).await?.into(&codec, &mut set)?;
            }
        }
    };
    write(session, Columns::of(&taken, &codec, env)?, state).await?;
    for (place, reason) in refused {
        answers.answers.insert(place, Answer::Refused { reason });
    }
    Ok(Some(answers))
}

/// The push without the rows that could never be read again, and why not, by their places.
fn readable(request: &Push) -> (Push, Vec<(usize, String)>) {
    let mut refused = Vec::new();
    let mut push = Push { changes: Vec::new(), ..request.clone() };
    for (place, change) in request.changes.iter().enumerate() {
        match cells::too_deep(&change.row) {
            Some(field) => refused.push((
                place,
                format!("`{}` is nested too deep for this remote", driftline_core::excerpt(field)),
            )),
            None => push.changes.push(change.clone()),
        }
    }
    (push, refused)
}

/// Writes what was taken, and ends the transaction.
async fn write(session: &Session, columns: Columns<'_>, state: State) -> Result<()> {
    let client = &session.client;
    let parameters = columns.parameters();
    let state = session.stored(state)?;
    let channel = if columns.id.is_empty() { None } else { Some(session.channel()) };
    let state: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 1] = [(&state, Type::TEXT)];
    let channel: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 1] = [(&channel, Type::TEXT)];
    // An error in one of them makes the last one end the transaction without writing.
    try_join4(
        client.execute_typed(WRITE, &parameters),
        client.execute_typed(KEEP, &state),
        client.execute_typed("SELECT pg_notify($1, '') WHERE $1 IS NOT NULL", &channel),
        async { client.batch_execute("COMMIT").await },
    )
    .await?;
    Ok(())
}

/// Rows as the arrays of one statement.
#[derive(Default)]
struct Columns<'a> {
    entity: Vec<&'a str>,
    id: Vec<uuid::Uuid>,
    seq: Vec<i64>,
    hash: Vec<i64>,
    born: Vec<bool>,
    key: Vec<Option<Vec<u8>>>,
    key_hash: Vec<Option<Vec<u8>>>,
    joins: Vec<Option<String>>,
    low: Vec<Option<uuid::Uuid>>,
    high: Vec<Option<uuid::Uuid>>,
    cells: Vec<Vec<u8>>,
    refs: Vec<Option<Vec<u8>>>,
}

impl<'a> Columns<'a> {
    fn of(taken: &'a [Taken], codec: &Codec, env: &dyn Env) -> Result<Self> {
        let mut to = Self::default();
        for Taken { entity, stored, .. } in taken {
            let alias = alias(entity, &stored.row);
            let Written { cells, hash, key, key_hash, refs } = codec.write(entity, stored, env)?;
            to.entity.push(entity);
            to.id.push(uuid_of(stored.id));
            to.seq.push(stored.seq.0.cast_signed());
            to.hash.push(hash.cast_signed());
            to.born.push(stored.born);
            to.key.push(key);
            to.key_hash.push(key_hash);
            to.low.push(alias.as_ref().map(|it| uuid_of(it.1)));
            to.high.push(alias.as_ref().map(|it| uuid_of(it.2)));
            to.joins.push(alias.map(|it| it.0));
            to.cells.push(cells);
            to.refs.push(refs);
        }
        Ok(to)
    }

    fn parameters(&self) -> [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 12] {
        [
            (&self.entity, Type::TEXT_ARRAY),
            (&self.id, Type::UUID_ARRAY),
            (&self.seq, Type::INT8_ARRAY),
            (&self.hash, Type::INT8_ARRAY),
            (&self.born, Type::BOOL_ARRAY),
            (&self.key, Type::BYTEA_ARRAY),
            (&self.key_hash, Type::BYTEA_ARRAY),
            (&self.joins, Type::TEXT_ARRAY),
            (&self.low, Type::UUID_ARRAY),
            (&self.high, Type::UUID_ARRAY),
            (&self.cells, Type::BYTEA_ARRAY),
            (&self.refs, Type::BYTEA_ARRAY),
        ]
    }
}
