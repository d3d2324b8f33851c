//! Rows that are sealed before the database has them. What it needs to find rows stays in clear or
//! becomes a keyed hash: entities, ids, numbers, births, aliases; natural keys, and what owns what.
//! Everything else is in the bytes of a row, which are bound to their place.

use driftline_core::{Env, Id, Row, Value, hub::State, store::Stored};
use driftline_sealing::Key;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    cells,
    fault::{Fault, Result},
};

/// The form of what is sealed. It is the first byte of a row, where an open one has a brace.
const FORM: u8 = 1;
/// How far rows are compressed before they are sealed: afterwards, the server cannot.
const LEVEL: i32 = 1;
/// No row is longer, whatever it claims.
const LONGEST: usize = 1 << 30;
/// How much of a hash stands for an id in a row.
const REF: usize = 16;

/// What a device knows of sealing.
#[derive(Clone, Default)]
pub(crate) struct Sealing {
    /// What the config says; nothing if what is there decides.
    pub(crate) wanted: Option<bool>,
    /// The key, if it is on this device.
    pub(crate) key: Option<Key>,
}

/// What says that a person's rows are sealed.
#[derive(Serialize, Deserialize)]
struct Mark {
    form: u8,
    /// What the key must have to be the one.
    key: String,
}

impl Sealing {
    /// What a new person's rows are marked with; nothing if they are not sealed.
    pub(crate) fn mark(&self) -> Result<Option<String>> {
        let Some(key) = &self.key else {
            return if self.wanted == Some(true) { Err(not_begun()) } else { Ok(None) };
        };
        let mark = Mark { form: FORM, key: key.check_value() };
        let written = serde_json::to_string(&mark);
        written.map(Some).map_err(|it| Fault::Damaged(format!("a new mark: {it}")))
    }

    /// Refuses rows that are marked otherwise than this device would write them.
    pub(crate) fn check(&self, mark: Option<&str>) -> Result<()> {
        let Some(mark) = mark else {
            return match (&self.key, self.wanted) {
                (None, None | Some(false)) => Ok(()),
                _ => Err(in_the_open()),
            };
        };
        let Mark { form, key: theirs } = serde_json::from_str(mark)
            .map_err(|it| Fault::Damaged(format!("the mark of sealed rows: {it}")))?;
        if form > FORM {
            return Err(Fault::mend(
                format!("its rows are sealed in form {form}, and this program knows {FORM}"),
                "update this program",
            ));
        }
        match &self.key {
            Some(key) if key.check_value() == theirs => Ok(()),
            Some(_) => Err(another_key()),
            None => Err(no_key()),
        }
    }

    /// Whether rows that are so marked are sealed with this key.
    pub(crate) fn is_key_of(mark: &str, key: &Key) -> bool {
        serde_json::from_str::<Mark>(mark).is_ok_and(|it| it.key == key.check_value())
    }

    /// What writes and reads the rows of this account.
    pub(crate) fn codec(&self, state: &State) -> Codec {
        Codec { key: self.key.clone(), account: state.identity.account.clone() }
    }
}

/// Writes rows of one account, and reads them.
pub(crate) struct Codec {
    key: Option<Key>,
    account: String,
}

/// What the table has of a row that depends on whether it is sealed.
pub(crate) struct Written {
    pub(crate) cells: Vec<u8>,
    pub(crate) hash: u64,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) key_hash: Option<Vec<u8>>,
    pub(crate) refs: Option<Vec<u8>>,
}

impl Codec {
    pub(crate) fn write(&self, entity: &str, stored: &Stored, env: &dyn Env) -> Result<Written> {
        let (cells, key) = (cells::written(&stored.row), stored.key.as_deref());
        let key_hash = key.map(|it| key_hash(self.key.as_ref(), entity, it));
        let Some(with) = &self.key else {
            let (hash, key) = (stored.hash, key.map(|it| it.as_bytes().to_vec()));
            return Ok(Written { cells, hash, key, key_hash, refs: None });
        };
        // A text in JSON has no end of line.
        let mut plain = serde_json::to_vec(&key).map_err(|it| Fault::Damaged(it.to_string()))?;
        plain.push(b'\n');
        plain.extend(cells);
        let packed = zstd::bulk::compress(&plain, LEVEL);
        let packed =
            packed.map_err(|it| Fault::Damaged(format!("a row is not compressed: {it}")))?;
        let sealed = with.seal(&packed, &self.bound(with, entity, stored.id), env);
        let sealed =
            sealed.ok_or_else(|| Fault::Damaged("a row is too long to be sealed".into()))?;
        let cells = [&[FORM], &sealed[..]].concat();
        // The hash follows from the row, and tells who knows a row that this is it.
        Ok(Written { cells, hash: 0, key: None, key_hash, refs: refs(with, &stored.row) })
    }

    /// The row that was written so, with its natural key and its hash.
    pub(crate) fn read(
        &self,
        entity: &str,
        id: Id,
        cells: &[u8],
        (key, hash): (Option<String>, u64),
    ) -> Result<(Row, Option<String>, u64), String> {
        let Some(with) = &self.key else { return Ok((cells::read(cells)?, key, hash)) };
        let sealed = cells.strip_prefix(&[FORM]).ok_or("it is not sealed")?;
        let packed = with.open(sealed, &self.bound(with, entity, id)).ok_or("it does not open")?;
        let plain = unpacked(&packed).ok_or("it is not compressed")?;
        let end = plain.iter().position(|it| *it == b'\n').ok_or("it has no key")?;
        let (key, cells) = plain.split_at(end);
        let key = serde_json::from_slice(key).map_err(|it| it.to_string())?;
        let row = cells::read(&cells[1..])?;
        let hash = row.hash(entity, id);
        Ok((row, key, hash))
    }

    /// What a sealed row is bound to: it opens nowhere else.
    fn bound(&self, key: &Key, entity: &str, id: Id) -> Vec<u8> {
        let Self { account, .. } = self;
        format!("driftline-row\n{FORM}\n{account}\n{entity}\n{id}\n{}", key.id()).into_bytes()
    }
}

fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    let length = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten()?;
    let length = usize::try_from(length).ok().filter(|it| *it <= LONGEST)?;
    zstd::bulk::decompress(packed, length).ok()
}

/// What a natural key is looked up by.
pub(crate) fn key_hash(key: Option<&Key>, entity: &str, text: &str) -> Vec<u8> {
    match key {
        Some(key) => key.keyed_hash("natural key", &[entity, text]),
        None => Sha256::digest(text.as_bytes()).to_vec(),
    }
}

/// What stands for an id in a field of a row.
pub(crate) fn ref_hash(key: &Key, field: &str, id: Id) -> Vec<u8> {
    let mut hash = key.keyed_hash("reference", &[field, &id.to_string()]);
    hash.truncate(REF);
    hash
}

/// Those of all ids in a row, whether or not this version knows what they are for.
fn refs(key: &Key, row: &Row) -> Option<Vec<u8>> {
    let mut refs = Vec::new();
    for (field, cell) in row.cells() {
        if let Value::String(text) = &cell.value
            && let Ok(id) = text.parse::<Id>()
        {
            refs.extend(ref_hash(key, field, id));
        }
    }
    (!refs.is_empty()).then_some(refs)
}

fn not_begun() -> Fault {
    Fault::mend("its rows are to be sealed, and no key is on this device", "connect again")
}

fn in_the_open() -> Fault {
    Fault::mend(
        "the rows there are not sealed, and this device would seal them",
        "connect with `sealed` as false to go on with them, or with another role or database, \
         where sealed rows can begin",
    )
}

fn no_key() -> Fault {
    Fault::mend(
        "the rows there are sealed, and their key is not on this device",
        "connect again with the words of the key, as a device shows them that syncs with it",
    )
}

fn another_key() -> Fault {
    Fault::mend(
        "the rows there are sealed with another key",
        "connect again with the words of their key, as a device shows them that syncs with it",
    )
}

#[cfg(test)]
mod tests {
    use driftline_core::{Simulated, Stamp};

    use super::*;

    fn stored(id: Id) -> Stored {
        let stamp = Stamp::person(7, 1, 9);
        let owner = Id::new(3, [3, 3]);
        let row = Row::from_iter([
            ("body", stamp, Value::from("what was said")),
            ("session", stamp, Value::from(owner.to_string())),
        ]);
        let hash = row.hash("comments", id);
        Stored { row, hash, key: Some("/home/me\n".into()), ..Stored::new(id) }
    }

    #[test]
    fn a_sealed_row_opens_at_its_place_alone() {
        let env = Simulated::new(1, 0);
        let (key, other) = (Key::draw(&env), Key::draw(&env));
        let of = |key: &Key, account: &str| Codec {
            key: Some(key.clone()),
            account: account.to_owned(),
        };
        let (codec, id) = (of(&key, "a"), Id::new(1, [1, 1]));
        let Written { cells, hash, key: open_key, key_hash, refs } =
            codec.write("comments", &stored(id), &env).unwrap();
        assert_eq!((hash, open_key), (0, None));
        assert_ne!(key_hash.unwrap(), super::key_hash(None, "comments", "/home/me\n"));
        assert_eq!(refs.unwrap(), ref_hash(&key, "session", Id::new(3, [3, 3])));
        let (row, natural, hash) = codec.read("comments", id, &cells, (None, 0)).unwrap();
        let known = stored(id);
        assert_eq!((row, natural, hash), (known.row, known.key, known.hash));
        for (codec, entity, id) in [
            (&codec, "comments", Id::new(2, [1, 1])),
            (&codec, "messages", id),
            (&of(&key, "b"), "comments", id),
            (&of(&other, "a"), "comments", id),
        ] {
            assert!(codec.read(entity, id, &cells, (None, 0)).is_err());
        }
    }

    #[test]
    fn a_device_refuses_rows_that_it_would_write_otherwise() {
        let env = Simulated::new(2, 0);
        let (one, other) = (Key::draw(&env), Key::draw(&env));
        let with = |key: Option<&Key>, wanted| Sealing { wanted, key: key.cloned() };
        let mark = with(Some(&one), None).mark().unwrap().unwrap();
        let told = |sealing: &Sealing, mark: Option<&str>| match sealing.check(mark) {
            Ok(()) => String::new(),
            Err(Fault::Mend(what, help)) => format!("{what}; {help}"),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(told(&with(Some(&one), None), Some(&mark)), "");
        assert_eq!(told(&with(None, None), None), "");
        for (sealing, mark, says) in [
            (with(Some(&other), None), Some(&mark[..]), "another key"),
            (with(None, None), Some(&mark[..]), "not on this device"),
            (with(Some(&one), None), None, "are not sealed"),
            (with(None, Some(true)), None, "are not sealed"),
            (with(Some(&one), None), Some(r#"{"form":2,"key":""}"#), "update this program"),
        ] {
            assert!(told(&sealing, mark).contains(says), "{}", told(&sealing, mark));
        }
        assert!(with(None, Some(true)).mark().is_err());
        assert!(Sealing::is_key_of(&mark, &one) && !Sealing::is_key_of(&mark, &other));
    }
}
