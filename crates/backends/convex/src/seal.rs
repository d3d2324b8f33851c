//! Values that are sealed before the deployment has them, one by one, so that it can still merge
//! rows field by field. It sees what a row is (entity, id, names and stamps of its cells), what
//! is deleted, purged or empty, what a row belongs to, and which rows are one. Of a key field it
//! sees which rows have the same value. Every other value it only stores.
//!
//! The same cell is sealed alike by every device: the deployment compares texts, and what it
//! holds already must not look like another value.

use std::{borrow::Cow, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use driftline_core::{ALIASES, DELETED_AT, Id, PURGED, Schema, Stamp};
use driftline_sealing::Key;

/// How a sealed value begins, as the text of a JSON string. The digit is the form of what follows.
const BEGIN: &str = "\"~1.";
/// The form again, in what a value is bound to.
const FORM: u8 = 1;
/// How far long values are compressed before they are sealed: afterwards, nobody could.
const LEVEL: i32 = 3;
/// Shorter ones gain nothing.
const WORTH_PACKING: usize = 128;
/// The first byte of what is sealed: the text itself follows, or the text compressed.
const PLAIN: u8 = 0;
const PACKED: u8 = 1;

/// Which cell a value is of. A sealed value opens nowhere else.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) entity: &'a str,
    pub(crate) id: Id,
    pub(crate) field: &'a str,
    pub(crate) stamp: Stamp,
}

/// What seals values, and opens them.
pub(crate) struct Seal {
    key: Key,
    schema: Arc<Schema>,
}

/// How a field's values are written.
#[derive(PartialEq)]
enum Manner {
    /// In clear: the deployment works with them.
    Clear,
    /// In clear if it is the id of a row.
    Owner,
    /// Sealed, behind what equal ones have in common.
    Key,
    Sealed,
}

impl Seal {
    pub(crate) fn new(key: Key, schema: Arc<Schema>) -> Self {
        Self { key, schema }
    }

    /// What travels for the text of a value.
    pub(crate) fn seal(&self, place: Place<'_>, text: String) -> Result<String, String> {
        let manner = self.manner(place);
        if is_clear(&manner, &text) {
            return Ok(text);
        }
        // Of a key's value, whoever looks on could tell the length that it packs to.
        let packed = if manner == Manner::Key { None } else { packed(&text) };
        let packed = packed.unwrap_or_else(|| [&[PLAIN], text.as_bytes()].concat());
        let sealed = self.key.seal_alike(&packed, &bound(place)).ok_or("a value is too long")?;
        let mut out = BEGIN.to_owned();
        if manner == Manner::Key {
            let Place { entity, field, .. } = place;
            let hash = self.key.keyed_hash("key field", &[entity, field, &text]);
            BASE64.encode_string(hash, &mut out);
            out.push('.');
        }
        BASE64.encode_string(sealed, &mut out);
        out.push('"');
        Ok(out)
    }

    /// The text that was sealed, of at most `longest` bytes.
    pub(crate) fn open(
        &self,
        place: Place<'_>,
        text: String,
        longest: usize,
    ) -> Result<String, String> {
        let manner = self.manner(place);
        let is_known = self.schema.get(place.entity).is_some();
        // Who knows an entity that this device does not leaves the owner in clear.
        if is_clear(&manner, &text) || (!is_known && is_id(&text)) {
            return Ok(text);
        }
        self.opened(place, &text, longest).ok_or_else(|| {
            format!("`{}` of a row does not open", driftline_core::excerpt(place.field))
        })
    }

    fn opened(&self, place: Place<'_>, text: &str, longest: usize) -> Option<String> {
        let sealed = text.strip_prefix(BEGIN)?.strip_suffix('"')?;
        let sealed = sealed.rsplit_once('.').map_or(sealed, |it| it.1);
        let packed = self.key.open(&BASE64.decode(sealed).ok()?, &bound(place))?;
        let (form, rest) = packed.split_first()?;
        let plain = match *form {
            PLAIN => Cow::Borrowed(rest),
            PACKED => Cow::Owned(unpacked(rest, longest)?),
            _ => return None,
        };
        String::from_utf8(plain.into_owned()).ok()
    }

    fn manner(&self, Place { entity, field, .. }: Place<'_>) -> Manner {
        if entity == ALIASES.name || [DELETED_AT, PURGED].contains(&field) {
            return Manner::Clear;
        }
        match self.schema.get(entity) {
            Some(it) if it.owner().is_some_and(|it| it.0 == field) => Manner::Owner,
            Some(it) if it.natural_key.contains(&field) => Manner::Key,
            _ => Manner::Sealed,
        }
    }
}

/// Whether this text of a value travels in clear. An empty one does: a key is none without values.
fn is_clear(manner: &Manner, text: &str) -> bool {
    match manner {
        Manner::Clear => true,
        Manner::Owner => text == "null" || is_id(text),
        Manner::Key | Manner::Sealed => text == "null",
    }
}

fn is_id(text: &str) -> bool {
    let id = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    id.is_some_and(|it| it.parse::<Id>().is_ok())
}

fn bound(Place { entity, id, field, stamp }: Place<'_>) -> Vec<u8> {
    format!("driftline-cell\n{FORM}\n{entity}\n{id}\n{field}\n{stamp}").into_bytes()
}

fn packed(text: &str) -> Option<Vec<u8>> {
    if text.len() < WORTH_PACKING {
        return None;
    }
    let packed = zstd::bulk::compress(text.as_bytes(), LEVEL).ok()?;
    (packed.len() < text.len()).then(|| [&[PACKED], &packed[..]].concat())
}

fn unpacked(packed: &[u8], longest: usize) -> Option<Vec<u8>> {
    let length = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten()?;
    let length = usize::try_from(length).ok().filter(|it| *it <= longest)?;
    zstd::bulk::decompress(packed, length).ok()
}

#[cfg(test)]
mod tests {
    use driftline_core::{EntityDescriptor, Field, Kind, Policy, Simulated};

    use super::*;

    const FIELDS: &[Field] = &[
        Field::new("name", Kind::Text),
        Field::new("body", Kind::Text),
        Field::new("of", Kind::Ref("sheets")).owner(),
    ];

    fn schema() -> Arc<Schema> {
        static SHEETS: EntityDescriptor = EntityDescriptor {
            name: "sheets",
            doc: "A sheet.",
            fields: FIELDS,
            natural_key: &["name"],
            policy: Policy::Editable,
        };
        Arc::new(Schema::of([&SHEETS]).unwrap())
    }

    fn place(n: u64, field: &str) -> Place<'_> {
        Place { entity: "sheets", id: Id::new(n, [1, 1]), field, stamp: Stamp::person(7, 1, 9) }
    }

    fn sealing() -> (Seal, Seal) {
        let env = Simulated::new(1, 0);
        (Seal::new(Key::draw(&env), schema()), Seal::new(Key::draw(&env), schema()))
    }

    const LONG: usize = 1 << 20;

    #[test]
    fn a_value_opens_in_its_cell_alone() {
        let (seal, other) = sealing();
        for (field, text) in [("body", "\"what was said\"".to_owned()), ("name", "\"n\"".into())] {
            for text in [text, format!("\"{}\"", "long ".repeat(100))] {
                let sealed = seal.seal(place(1, field), text.clone()).unwrap();
                assert!(!sealed.contains("said") && !sealed.contains("long"), "{sealed}");
                assert_eq!(seal.seal(place(1, field), text.clone()).unwrap(), sealed);
                assert_eq!(seal.open(place(1, field), sealed.clone(), LONG).unwrap(), text);
                let later = Place { stamp: Stamp::person(8, 1, 9), ..place(1, field) };
                for elsewhere in [place(2, field), place(1, "other"), later] {
                    assert!(seal.open(elsewhere, sealed.clone(), LONG).is_err());
                }
                assert!(other.open(place(1, field), sealed, LONG).is_err());
            }
        }
        assert!(seal.open(place(1, "body"), "\"put there\"".into(), LONG).is_err());
        assert!(seal.open(place(1, "body"), format!("\"{}\"", place(1, "").id), LONG).is_err());
    }

    #[test]
    fn rows_with_one_name_have_one_beginning() {
        let (seal, other) = sealing();
        let begins = |seal: &Seal, n, text: &str| {
            let sealed = seal.seal(place(n, "name"), text.to_owned()).unwrap();
            (sealed[..BEGIN.len() + 44].to_owned(), sealed)
        };
        let (one, two) = (begins(&seal, 1, "\"n\""), begins(&seal, 2, "\"n\""));
        assert_eq!(one.0, two.0);
        assert_ne!(one.1, two.1);
        assert!(one.0.ends_with('.'));
        assert_ne!(one.0, begins(&seal, 1, "\"m\"").0);
        assert_ne!(one.0, begins(&other, 1, "\"n\"").0);
    }

    #[test]
    fn what_the_deployment_works_with_is_in_clear() {
        let (seal, _) = sealing();
        let owner = format!("\"{}\"", Id::new(3, [3, 3]));
        let unknown = Place { entity: "newer", ..place(1, "of") };
        for (place, text) in [
            (place(1, "of"), owner.as_str()),
            (place(1, DELETED_AT), "5"),
            (place(1, PURGED), "\"person\""),
            (place(1, "body"), "null"),
            (Place { entity: "aliases", ..place(1, "low") }, &owner),
        ] {
            assert_eq!(seal.seal(place, text.into()).unwrap(), text);
            assert_eq!(seal.open(place, text.into(), LONG).unwrap(), text);
        }
        assert_eq!(seal.open(unknown, owner.clone(), LONG).unwrap(), owner);
        assert_ne!(seal.seal(unknown, owner.clone()).unwrap(), owner);
        assert_ne!(seal.seal(place(1, "of"), "\"no id\"".into()).unwrap(), "\"no id\"");
    }

    #[test]
    fn a_value_that_is_longer_than_it_may_be_is_not_unpacked() {
        let (seal, _) = sealing();
        let text = format!("\"{}\"", "a".repeat(100_000));
        let sealed = seal.seal(place(1, "body"), text.clone()).unwrap();
        assert!(sealed.len() < 1_000);
        assert!(seal.open(place(1, "body"), sealed.clone(), 100_001).is_err());
        assert_eq!(seal.open(place(1, "body"), sealed, 100_002).unwrap(), text);
    }
}
