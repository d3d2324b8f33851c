//! Which views a listing shows, and in which order, where rows are folded: a store matches and
//! sorts rows, not what several of them are together.

use std::{borrow::Cow, cmp::Ordering};

use super::View;
use crate::{
    Value,
    store::{Deleted, Find},
};

/// Whether a view is what `find` asks for.
pub(super) fn matches(find: &Find, it: &View) -> bool {
    let deleted = match find.deleted {
        Deleted::Hidden => !it.row.is_deleted(),
        Deleted::Only => it.row.is_deleted(),
        Deleted::Included => true,
    };
    let has = |(field, value): &(Cow<'static, str>, Value)| {
        it.value(field).unwrap_or(&Value::Null) == value
    };
    let is_unset = |field: &str| it.value(field).is_none_or(Value::is_null);
    deleted
        && find.equal.iter().all(has)
        && !find.unless.iter().any(has)
        && find.unset_or.iter().all(|it| has(it) || is_unset(&it.0))
}

/// The order that `find` asks for; by id where it asks for none.
pub(super) fn compare(find: &Find, one: &View, other: &View) -> Ordering {
    let order = match find.order.as_deref() {
        None | Some("id") => one.id.cmp(&other.id),
        Some(field) => by_value(one.value(field), other.value(field)).then(one.id.cmp(&other.id)),
    };
    if find.descending { order.reverse() } else { order }
}

/// The order of values in a listing: nulls first, then numbers, then text.
pub fn by_value(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    let (one, other) = (one.unwrap_or(&Value::Null), other.unwrap_or(&Value::Null));
    let class = |it: &Value| match it {
        Value::Null => 0,
        Value::Bool(_) | Value::Number(_) => 1,
        _ => 2,
    };
    let number = |it: &Value| match it {
        Value::Bool(it) => f64::from(u8::from(*it)),
        it => it.as_f64().unwrap_or_default(),
    };
    let text = |it: &Value| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
    class(one).cmp(&class(other)).then_with(|| match class(one) {
        1 => match (one.as_i64(), other.as_i64()) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => number(one).total_cmp(&number(other)),
        },
        2 => text(one).cmp(&text(other)),
        _ => Ordering::Equal,
    })
}
