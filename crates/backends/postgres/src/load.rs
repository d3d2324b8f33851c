//! Loading what a push touches, by sets: rows by id, ids by natural key, and whole classes of
//! ids that aliases join, with their rows. One round of it is sent at once, and what a push
//! asks for next is guessed before it is judged, so that nearly always one round is enough.

use std::collections::{BTreeMap, BTreeSet};

use driftline_core::{
    Change, Id, Schema,
    hub::{Missing, Owned, WorkingSet},
    is_plain_name,
};
use driftline_sealing::Key;
use futures_util::future::try_join3;
use tokio_postgres::{Client, Row, types::Type};
use uuid::Uuid;

use crate::{
    fault::Result,
    seal::{Codec, key_hash, ref_hash},
    store::{self, COLUMNS, alias, id_of, uuid_of},
};

/// Each lookup is a search of an index for one name, whatever the planner thinks of the table.
const ROW: &str = "SELECT * FROM driftline._rows t WHERE t.person = current_user::text \
    AND t.entity = w.entity AND t.id = w.id LIMIT 1";
const KEY: &str = "SELECT t.id FROM driftline._rows t WHERE t.person = current_user::text \
    AND t.entity = w.entity AND t.key_hash = w.hash OFFSET 0";
const JOINED: &str = "(SELECT t.high FROM driftline._rows t WHERE t.person = current_user::text \
    AND t.joins = w.entity AND t.low = w.id OFFSET 0) UNION ALL \
    (SELECT t.low FROM driftline._rows t WHERE t.person = current_user::text \
    AND t.joins = w.entity AND t.high = w.id OFFSET 0)";

/// Looks at every row of the entity: only a purge asks, and an index of owners would cost every
/// push. Most are passed over without being read.
const OWNED: &str = "SELECT t.id FROM driftline._rows t WHERE t.person = current_user::text \
    AND t.entity = $1 AND t.id > $4 AND position($3 IN t.cells) > 0 \
    AND driftline._values(t.cells) ->> $2 = convert_from($3, 'UTF8') ORDER BY t.id LIMIT $5";
/// The same of rows that are sealed.
const OWNED_SEALED: &str = "SELECT t.id FROM driftline._rows t \
    WHERE t.person = current_user::text AND t.entity = $1 AND t.id > $3 \
    AND position($2 IN t.refs) > 0 ORDER BY t.id LIMIT $4";

/// What is loaded in one round.
#[derive(Default)]
pub(crate) struct Wanted {
    rows: BTreeSet<(String, Id)>,
    keys: BTreeMap<(String, Vec<u8>), String>,
    /// Ids of which the whole class is loaded.
    classes: BTreeSet<(String, Id)>,
    owned: BTreeSet<Owned>,
    /// What the rows are sealed with, if they are.
    key: Option<Key>,
}

/// What came of it, before the working set has it.
pub(crate) struct Loaded {
    wanted: Wanted,
    rows: Vec<Row>,
    keys: Vec<Row>,
    classes: Vec<Row>,
    owned: Vec<(Owned, Vec<Row>)>,
}

impl Wanted {
    /// What judging `changes` will ask for.
    pub(crate) fn by(changes: &[Change], schema: &Schema, with: Option<&Key>) -> Self {
        let mut wanted = Self { key: with.cloned(), ..Self::default() };
        for Change { entity, id, row, whole, .. } in changes {
            if !is_plain_name(entity) {
                continue;
            }
            if let Some((named, low, high)) = alias(entity, row) {
                wanted.classes.extend([(named.clone(), low), (named, high)]);
            }
            let name = (entity.clone(), *id);
            let descriptor = schema.get(entity).filter(|it| !it.natural_key.is_empty());
            let Some(descriptor) = descriptor.filter(|_| *whole) else {
                wanted.rows.insert(name);
                continue;
            };
            wanted.classes.insert(name);
            let mut row = row.clone();
            row.retain(|field| descriptor.field(field).is_none_or(|it| !it.local));
            wanted.keys.extend(
                descriptor
                    .key_of(&row)
                    .map(|key| ((entity.clone(), key_hash(with, entity, &key)), key)),
            );
        }
        wanted
    }

    /// What a working set lacked.
    pub(crate) fn of(missing: Missing, with: Option<&Key>) -> Self {
        let Missing { rows, keys, joined, owned } = missing;
        let named = |(entity, key): (String, String)| {
            let hash = key_hash(with, &entity, &key);
            ((entity, hash), key)
        };
        let keys = keys.into_iter().map(named).collect();
        Self { rows, keys, classes: joined, owned, key: with.cloned() }
    }

    /// Asks for all of it at once.
    pub(crate) async fn load(self, client: &Client) -> Result<Loaded> {
        let rows = format!(
            "SELECT {COLUMNS} FROM unnest($1, $2) w(entity, id) CROSS JOIN LATERAL ({ROW}) r"
        );
        let keys = format!(
            "SELECT w.entity, w.hash, k.id FROM unnest($1, $2) w(entity, hash) \
             CROSS JOIN LATERAL ({KEY}) k"
        );
        let classes = format!(
            "WITH RECURSIVE class(entity, id) AS (\
                 (SELECT * FROM unnest($1, $2) UNION \
                 SELECT w.entity, k.id FROM unnest($3, $4) w(entity, hash) \
                 CROSS JOIN LATERAL ({KEY}) k) \
                 UNION SELECT w.entity, j.id FROM class w CROSS JOIN LATERAL ({JOINED}) j(id)) \
             SELECT w.entity, w.id, ARRAY(SELECT j.id FROM ({JOINED}) j(id)), {COLUMNS} \
             FROM class w LEFT JOIN LATERAL ({ROW}) r ON true"
        );
        let names = |of: &BTreeSet<(String, Id)>| -> (Vec<String>, Vec<Uuid>) {
            of.iter().map(|(entity, id)| (entity.clone(), uuid_of(*id))).unzip()
        };
        let (row_entities, row_ids) = names(&self.rows);
        let (class_entities, class_ids) = names(&self.classes);
        let (key_entities, key_hashes): (Vec<_>, Vec<_>) = self.keys.keys().cloned().unzip();
        let (texts, uuids, bytes) = (Type::TEXT_ARRAY, Type::UUID_ARRAY, Type::BYTEA_ARRAY);
        let by_row = [
            (&row_entities as &(dyn tokio_postgres::types::ToSql + Sync), texts.clone()),
            (&row_ids, uuids.clone()),
        ];
        let by_key = [(&key_entities as _, texts.clone()), (&key_hashes as _, bytes.clone())];
        let by_class = [
            (&class_entities as _, texts.clone()),
            (&class_ids as _, uuids),
            (&key_entities as _, texts),
            (&key_hashes as _, bytes),
        ];
        // What nothing is asked of is not sent: a plan alone takes milliseconds.
        let (rows, keys, classes) = try_join3(
            asked(client, &rows, &by_row, !row_ids.is_empty()),
            asked(client, &keys, &by_key, !key_hashes.is_empty()),
            asked(client, &classes, &by_class, !class_ids.is_empty() || !key_hashes.is_empty()),
        )
        .await?;
        let mut owned = Vec::new();
        for asked in &self.owned {
            owned.push((asked.clone(), owned_by(client, asked, self.key.as_ref()).await?));
        }
        Ok(Loaded { wanted: self, rows, keys, classes, owned })
    }
}

type Parameter<'a> = (&'a (dyn tokio_postgres::types::ToSql + Sync), Type);

async fn asked(
    client: &Client,
    query: &str,
    parameters: &[Parameter<'_>],
    is_asked: bool,
) -> Result<Vec<Row>> {
    if !is_asked {
        return Ok(Vec::new());
    }
    Ok(client.query_typed(query, parameters).await?)
}

async fn owned_by(client: &Client, asked: &Owned, with: Option<&Key>) -> Result<Vec<Row>> {
    let Owned { entity, field, owner, after, limit } = asked;
    let limit = i64::try_from(*limit).unwrap_or(i64::MAX);
    // No id of a row is nil.
    let after = after.map_or_else(Uuid::nil, uuid_of);
    if let Some(key) = with {
        let owner = ref_hash(key, field, *owner);
        let parameters: [Parameter<'_>; 4] = [
            (entity, Type::TEXT),
            (&owner, Type::BYTEA),
            (&after, Type::UUID),
            (&limit, Type::INT8),
        ];
        return Ok(client.query_typed(OWNED_SEALED, &parameters).await?);
    }
    let owner = owner.to_string().into_bytes();
    let parameters: [Parameter<'_>; 5] = [
        (entity, Type::TEXT),
        (field, Type::TEXT),
        (&owner, Type::BYTEA),
        (&after, Type::UUID),
        (&limit, Type::INT8),
    ];
    Ok(client.query_typed(OWNED, &parameters).await?)
}

impl Loaded {
    /// Takes all of it into `set`, and that there is no more of what was wanted.
    pub(crate) fn into(self, codec: &Codec, set: &mut WorkingSet<'_>) -> Result<()> {
        let Self { wanted, rows, keys, classes, owned } = self;
        let Wanted { rows: mut absent, keys: asked, .. } = wanted;
        for row in &rows {
            if let Some((entity, stored)) = store::read(codec, row, 0)? {
                absent.remove(&(entity.clone(), stored.id));
                set.load_row(&entity, stored.id, Some(stored));
            }
        }
        for (entity, id) in absent {
            set.load_row(&entity, id, None);
        }
        let mut found: BTreeMap<(String, Vec<u8>), BTreeSet<Id>> = BTreeMap::new();
        for row in &keys {
            let name = (row.try_get(0)?, row.try_get(1)?);
            found.entry(name).or_default().insert(id_of(row.try_get(2)?));
        }
        for (name, key) in asked {
            let ids = found.remove(&name).into_iter().flatten().collect();
            set.load_key(&name.0, &key, ids);
        }
        for row in &classes {
            let (entity, id): (String, _) = (row.try_get(0)?, id_of(row.try_get(1)?));
            let others: Vec<Uuid> = row.try_get(2)?;
            set.load_joined(&entity, id, others.into_iter().map(id_of).collect());
            set.load_row(&entity, id, store::read(codec, row, 3)?.map(|it| it.1));
        }
        for (asked, rows) in owned {
            let ids: Result<_, _> = rows.iter().map(|it| it.try_get(0).map(id_of)).collect();
            set.load_owned(asked, ids?);
        }
        Ok(())
    }
}
