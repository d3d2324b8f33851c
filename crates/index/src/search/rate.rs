//! Which hits are better than others.

use std::collections::HashSet;

use rusqlite::Connection;

use super::answer::Place;
use crate::{letters::spread, query::Query};

/// Rates hits by what a second look at the words in the same rows says.
pub(super) fn rate(
    index: &Connection,
    query: &Query,
    places: &mut [Place],
) -> rusqlite::Result<()> {
    let (Some(first), Some(last)) =
        (places.iter().map(|it| it.place).min(), places.iter().map(|it| it.place).max())
    else {
        return Ok(());
    };
    let words: Vec<&str> = query
        .clauses
        .iter()
        .filter(|it| !it.not)
        .filter_map(|it| it.any.first())
        .map(|it| it.text.as_str())
        .collect();
    if words.is_empty() {
        return Ok(());
    }
    let quoted = |text: &str| format!("\"{}\"", spread(text).replace(['"', '\0'], " "));
    let each: Vec<_> = words.iter().map(|it| quoted(it)).collect();
    let (any, phrase) = (each.join(" AND "), quoted(&words.join(" ")));
    let mut looks = vec![(8, format!("{{title}} : ({any})")), (2, format!("{{prompt}} : ({any})"))];
    if words.len() > 1 {
        looks.push((4, phrase));
    }
    let mut select = index.prepare_cached(
        "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid >= ?2 AND rowid <= ?3",
    )?;
    for (weight, expression) in looks {
        let rows = select.query_map((expression, first, last), |row| row.get(0))?;
        let better: HashSet<i64> = rows.collect::<rusqlite::Result<_>>()?;
        for place in places.iter_mut().filter(|it| better.contains(&it.place)) {
            place.better += weight;
        }
    }
    Ok(())
}
