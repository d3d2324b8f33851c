//! What somebody typed over a list, as a condition on its sessions.

use rusqlite::types::Value as Sql;

use crate::{
    Scope,
    letters::fold,
    query::{Key, Misread, Narrow, Query},
};

/// What a list is narrowed by beside what a search is.
#[derive(Default)]
pub(super) struct Narrowed {
    pub(super) sql: String,
    pub(super) values: Vec<Sql>,
}

pub(super) fn narrow(query: &Query) -> Result<Narrowed, Misread> {
    let mut narrowed = Narrowed::default();
    let mut add = |not: bool, sql: &str, values: Vec<Sql>| {
        narrowed.sql.push_str(&format!(" AND {}({sql})", if not { "NOT " } else { "" }));
        narrowed.values.extend(values);
    };
    for clause in &query.clauses {
        let has = |title: bool| match title {
            true => "instr(lower(coalesce(shown.title, '')), ?) > 0",
            false => "instr(shown.folded, ?) > 0",
        };
        let any: Vec<_> = clause.any.iter().map(|it| has(it.scope == Some(Scope::Title))).collect();
        let values = clause.any.iter().map(|it| Sql::Text(fold(&it.text))).collect();
        add(clause.not, &any.join(" OR "), values);
    }
    for Narrow { key, value, not, place } in &query.narrow {
        match (key, value.as_str()) {
            (Key::Model, _) => {
                add(*not, "instr(lower(shown.models), ?) > 0", vec![Sql::Text(fold(value))]);
            }
            (Key::Is, "subagent") => add(*not, "shown.agents > 0", Vec::new()),
            (Key::Tool | Key::Role, _) | (Key::Is, "failed") => {
                let reason = "sessions are not narrowed by what is in a message; search instead";
                let keys = ["workspace:", "agent:", "model:", "title:", "is:", "before:", "after:"];
                return Err(Misread::new(query.typed(), place.clone(), reason, keys));
            }
            _ => (),
        }
    }
    if let Some(from) = query.from {
        add(false, "shown.last_at >= ?", vec![from.into()]);
    }
    if let Some(to) = query.to {
        add(false, "shown.last_at < ?", vec![to.into()]);
    }
    let says_so = query
        .narrow
        .iter()
        .any(|it| it.key == Key::Is && matches!(it.value.as_str(), "archived" | "open"));
    if !says_so && query.clauses.is_empty() {
        add(false, "shown.archived = 0", Vec::new());
    }
    Ok(narrowed)
}
