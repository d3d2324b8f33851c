//! Which row somebody means: the start of an id is enough while only one row has it.

use anyhow::Result;
use driftline_core::{
    EntityDescriptor, Id, Replica, alias,
    store::{ReadTx, Store},
};

use crate::error::Failed;

/// How many rows that share the typed start are named.
const NAMED: usize = 6;

/// Letters of an id that a person is shown.
const SHORT: usize = 13;

/// How the ids of imported records without a time begin. Nobody should have to type it.
const NO_TIME: &str = "00000000-0000-";

/// The row of `entity` whose id starts with `typed`, deleted or not.
pub(crate) fn find_id(store: &dyn Store, entity: &EntityDescriptor, typed: &str) -> Result<Id> {
    if let Ok(id) = typed.parse() {
        return Ok(id);
    }
    let name = entity.name;
    let Some((first, last)) = range(typed) else {
        let shown = driftline_core::excerpt(typed);
        let message = format!(
            "`{shown}` is not the start of an id; `driftline list {name}` shows the ids of {name}"
        );
        return Err(Failed::usage("bad_id", message));
    };
    let mut found = store.view(|tx| standing(tx, name, first, last))?;
    if found.is_empty()
        && let Some((first, last)) = range(&format!("{NO_TIME}{typed}"))
    {
        found = store.view(|tx| standing(tx, name, first, last))?;
    }
    match found.as_slice() {
        [id] => Ok(*id),
        [] => Err(Failed::not_found(format!(
            "{name} has no row whose id starts with `{typed}`; `driftline list {name}` shows what \
             there is"
        ))),
        several => {
            let ids: Vec<_> = several.iter().take(NAMED - 1).map(ToString::to_string).collect();
            let more = if several.len() < NAMED { "" } else { " and more" };
            Err(Failed::usage(
                "ambiguous_id",
                format!(
                    "several rows of {name} have an id that starts with `{typed}`: {}{more}; type \
                     more of it",
                    ids.join(", ")
                ),
            ))
        }
    }
}

/// The only row of any entity whose id starts with `typed`.
pub(crate) fn find_any(replica: &Replica, typed: &str) -> Result<(&'static EntityDescriptor, Id)> {
    let mut missing = None;
    let mut found: Vec<(&'static EntityDescriptor, Id)> = Vec::new();
    for entity in replica.schema().entities() {
        match find_id(replica.store(), entity, typed) {
            Ok(id) if replica.get_values(entity.name, id)?.is_some() => found.push((entity, id)),
            Ok(_) => (),
            Err(error) => missing = Some(error),
        }
    }
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(missing.unwrap_or_else(|| {
            Failed::not_found(format!("no row has an id that starts with `{typed}`"))
        })),
        several => {
            let several: Vec<_> =
                several.iter().map(|(entity, id)| format!("{id} ({})", entity.name)).collect();
            let message = format!("`{typed}` is the start of several ids: {}", several.join(", "));
            Err(Failed::usage("ambiguous_id", format!("{message}; type more of it")))
        }
    }
}

/// As much of an id as tells rows apart, for a person to copy.
pub(crate) fn short_id(id: Id) -> String {
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
