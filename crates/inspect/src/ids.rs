//! Which row somebody means: the start of an id is enough while only one row has it.

use driftline_core::{EntityDescriptor, Id, Replica, alias, store::ReadTx};

use crate::{Error, Result};

/// How many rows that share the typed start are named.
const NAMED: usize = 6;

/// Letters of an id that a person is shown.
const SHORT: usize = 13;

/// How the ids of imported records without a time begin. Nobody should have to type it.
const NO_TIME: &str = "00000000-0000-";

/// The row of `entity` whose id starts with `typed`, deleted or not. A whole id is taken
/// as it is.
///
/// # Errors
/// [`Error::BadStart`], [`Error::NoRow`], [`Error::Ambiguous`].
pub fn find_in(replica: &Replica, entity: &EntityDescriptor, typed: &str) -> Result<Id> {
    if let Ok(id) = typed.parse() {
        return Ok(id);
    }
    let name = entity.name;
    let found = search(replica, typed, &[name.to_owned()], Some(name))?;
    one(&found, typed, Some(name)).map(|it| it.1)
}

/// The row whose id starts with `typed`, of whatever entity, deleted or not: also of one
/// that this program does not know, and of the facts about what was folded.
///
/// # Errors
/// [`Error::BadStart`], [`Error::NoRow`], [`Error::Ambiguous`].
pub fn find(replica: &Replica, typed: &str) -> Result<(String, Id)> {
    let entities = replica.read(|tx| {
        let mut names: Vec<String> = tx.schema().tables().map(|it| it.name.to_owned()).collect();
        let others = tx.stored_entities()?.into_iter().filter(|it| tx.schema().get(it).is_none());
        names.extend(others);
        Ok(names)
    })?;
    let found = search(replica, typed, &entities, None)?;
    one(&found, typed, None)
}

type Rows = Vec<(String, Id)>;

fn search(replica: &Replica, typed: &str, entities: &[String], of: Option<&str>) -> Result<Rows> {
    let bad = || bad_start(typed, of);
    let plain = range(typed).ok_or_else(bad)?;
    let ranges = [Some(plain), range(&format!("{NO_TIME}{typed}"))];
    Ok(replica.read(|tx| {
        let mut found = Rows::new();
        for (first, last) in ranges.iter().flatten() {
            for entity in entities {
                let rows = standing(tx, entity, *first, *last)?;
                found.extend(rows.into_iter().map(|id| (entity.clone(), id)));
            }
            if !found.is_empty() {
                break;
            }
        }
        found.truncate(NAMED);
        Ok(found)
    })?)
}

fn bad_start(typed: &str, of: Option<&str>) -> Error {
    Error::BadStart { typed: driftline_core::excerpt(typed), of: of.map(str::to_owned) }
}

fn one(found: &[(String, Id)], typed: &str, of: Option<&str>) -> Result<(String, Id)> {
    match found {
        [row] => Ok(row.clone()),
        [] => {
            let of = of.map(str::to_owned);
            Err(Error::NoRow { typed: driftline_core::excerpt(typed), of })
        }
        several => {
            let rows = several.iter().take(NAMED - 1).map(|(entity, id)| format!("{entity} {id}"));
            let mut rows = rows.collect::<Vec<_>>().join(", ");
            if several.len() == NAMED {
                rows.push_str(" and more");
            }
            Err(Error::Ambiguous { typed: driftline_core::excerpt(typed), rows })
        }
    }
}

/// The one of `known` that starts with `typed`; `what` names them.
///
/// # Errors
/// [`Error::BadStart`], [`Error::NoRow`], [`Error::Ambiguous`].
pub fn find_among(known: &[Id], typed: &str, what: &str) -> Result<Id> {
    let plain = range(typed).ok_or_else(|| bad_start(typed, Some(what)))?;
    let mut found = Rows::new();
    for (first, last) in [Some(plain), range(&format!("{NO_TIME}{typed}"))].iter().flatten() {
        let within = |it: &&Id| id(*first) <= Some(**it) && Some(**it) <= id(*last);
        found.extend(known.iter().filter(within).map(|id| (what.to_owned(), *id)));
        if !found.is_empty() {
            break;
        }
    }
    one(&found, typed, Some(what)).map(|it| it.1)
}

/// As much of an id as tells rows apart, for a person to copy.
pub fn short(id: Id) -> String {
    let text = id.to_string();
    let tail = text.strip_prefix(NO_TIME).unwrap_or(&text);
    tail.chars().take(SHORT).collect()
}

/// The rows with ids from `first` to `last`, twins as one.
fn standing(
    tx: &dyn ReadTx,
    entity: &str,
    first: u128,
    last: u128,
) -> driftline_core::Result<Vec<Id>> {
    let before = first.checked_sub(1).and_then(id);
    let mut found = Vec::new();
    // An id and its twins are one row, so more rows are read than are named.
    for stored in tx.scan(entity, before, 4 * NAMED)? {
        if Some(stored.id) > id(last) {
            break;
        }
        let stands = alias::class(tx, entity, stored.id)?.first().copied().unwrap_or(stored.id);
        if !found.contains(&stands) {
            found.push(stands);
        }
    }
    found.truncate(NAMED);
    Ok(found)
}

/// The first and the last id that start with `typed`.
fn range(typed: &str) -> Option<(u128, u128)> {
    let digits: String = typed.chars().filter(|it| *it != '-').collect();
    let plain = digits.bytes().all(|it| it.is_ascii_hexdigit()) && !typed.starts_with('-');
    if digits.is_empty() || digits.len() > 32 || !plain {
        return None;
    }
    let low = u128::from_str_radix(&format!("{digits:0<32}"), 16).ok()?;
    let high = u128::from_str_radix(&format!("{digits:f<32}"), 16).ok()?;
    Some((low, high))
}

fn id(bits: u128) -> Option<Id> {
    let hex = format!("{bits:032x}");
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    parts.join("-").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_an_id_is_a_range_of_ids() {
        let (first, last) = range("0193ab40-1c").unwrap();
        assert_eq!(id(first).unwrap().to_string(), "0193ab40-1c00-0000-0000-000000000000");
        assert_eq!(id(last).unwrap().to_string(), "0193ab40-1cff-ffff-ffff-ffffffffffff");
        for wrong in ["", "-", "xyz", "+1", &"0".repeat(33)] {
            assert_eq!(range(wrong), None, "{wrong}");
        }
    }
}
