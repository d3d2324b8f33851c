//! Which rows match, and in which order.

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

use driftline_core::{
    DELETED_AT, Value,
    store::{Deleted, Find, Stored},
    view::by_value,
};

pub(crate) fn select<'a>(
    rows: impl Iterator<Item = &'a Arc<Stored>>,
    find: &Find,
) -> Vec<&'a Arc<Stored>> {
    let mut found: Vec<_> = rows.filter(|it| matches(it, find)).collect();
    found.sort_by(|one, other| compare(one, other, find));
    found.into_iter().skip(find.offset).take(find.limit.unwrap_or(usize::MAX)).collect()
}

pub(crate) fn matches(stored: &Stored, find: &Find) -> bool {
    let deleted = match find.deleted {
        Deleted::Hidden => !stored.row.is_deleted(),
        Deleted::Only => stored.row.is_deleted(),
        Deleted::Included => true,
    };
    let has = |(field, value): &(Cow<'static, str>, Value)| match field.as_ref() {
        "id" => value.as_str() == Some(&stored.id.to_string()),
        field => value_of(stored, field).unwrap_or(&Value::Null) == value,
    };
    let is_unset = |field: &str| value_of(stored, field).is_none_or(Value::is_null);
    deleted
        && find.equal.iter().all(has)
        && !find.unless.iter().any(has)
        && find.unset_or.iter().all(|it| has(it) || is_unset(&it.0))
}

fn compare(one: &Stored, other: &Stored, find: &Find) -> Ordering {
    let order = match find.order.as_deref() {
        None | Some("id") => one.id.cmp(&other.id),
        Some(field) => {
            by_value(value_of(one, field), value_of(other, field)).then(one.id.cmp(&other.id))
        }
    };
    if find.descending { order.reverse() } else { order }
}

fn value_of<'a>(stored: &'a Stored, field: &str) -> Option<&'a Value> {
    match field {
        DELETED_AT => stored.row.value(DELETED_AT),
        field => stored.row.value(field).or_else(|| stored.local.get(field)),
    }
}
