//! The tables of a Convex deployment, as TypeScript, from what the entities say of
//! themselves. A deployment has a typed table for each entity, so that a person can look
//! at their data in its dashboard, and nobody writes the same columns twice.
//!
//! `cargo xtask codegen` writes the file of this repository. A program with entities of
//! its own prints its file with `driftline convex-schema`.

mod layout;

use std::collections::BTreeSet;

use driftline_core::{ALIASES, EntityDescriptor, Error, Field, Kind, Result};

use crate::layout::{comment, import, list};

/// Where the generated file belongs, from the root of the repository.
pub const PATH: &str = "convex/functions/generated/entities.ts";

/// Tables of the library that signs people in, as far as an entity could be called so.
/// What a deployment keeps besides has names that no entity can have.
const TAKEN: [&str; 1] = ["users"];

/// The TypeScript of these entities.
///
/// # Errors
/// [`Error::Invalid`] when an entity has the name of another table.
pub fn typescript<'a>(entities: impl IntoIterator<Item = &'a EntityDescriptor>) -> Result<String> {
    let mut entities: Vec<_> = entities.into_iter().collect();
    entities.sort_by_key(|it| it.name);
    if let Some(it) = entities.iter().find(|it| TAKEN.contains(&it.name)) {
        let reason = format!(
            "`{}` cannot name an entity: a Convex deployment has a table of that name; rename it",
            it.name
        );
        return Err(Error::schema(reason));
    }
    let tables: Vec<_> = std::iter::once(&ALIASES).chain(entities.iter().copied()).collect();
    let used: BTreeSet<&str> = tables
        .iter()
        .flat_map(|it| it.synced())
        .map(|it| column(it.kind))
        .chain(["rowColumns"])
        .collect();
    let mut text = String::from(
        "// Written by `cargo xtask codegen` from the entities' descriptors. Do not edit.\n\
         import { defineTable } from \"convex/server\";\n\
         import type { Descriptor } from \"../model/descriptor.js\";\n",
    );
    text += &import(&used, "../model/columns.js");
    text += "\nexport const entityTables = {\n";
    for it in &tables {
        text += &table(it);
    }
    text += "};\n\nexport const descriptors = {\n";
    for it in tables {
        text += &descriptor(it);
    }
    text += "} satisfies Record<string, Descriptor>;\n";
    Ok(text)
}

/// The name of a kind of column in `model/columns`.
fn column(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Int => "integer",
        Kind::Real => "real",
        Kind::Bool => "bool",
        Kind::Time => "time",
        Kind::Json => "json",
        Kind::Ref(_) => "reference",
    }
}

/// What a descriptor calls a kind.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Int => "int",
        Kind::Real => "real",
        Kind::Bool => "bool",
        Kind::Time => "time",
        Kind::Json => "json",
        Kind::Ref(_) => "ref",
    }
}

fn table(entity: &EntityDescriptor) -> String {
    let mut text = comment(2, entity.doc);
    text += &format!("  {}: defineTable({{\n    ...rowColumns,\n", entity.name);
    for Field { name, doc, kind, .. } in entity.synced() {
        text += &comment(4, doc);
        text += &format!("    {name}: {},\n", column(*kind));
    }
    text += "  })";
    let mut indexes = vec![("by_row", vec!["syncUser", "syncId"])];
    if entity.name == ALIASES.name {
        // A class of ids is found by following its facts from either end.
        indexes.push(("by_low", vec!["syncUser", "low"]));
        indexes.push(("by_high", vec!["syncUser", "high"]));
    }
    if !entity.natural_key.is_empty() {
        indexes.push(("by_key", vec!["syncUser", "syncKey"]));
    }
    // A single call stays on the line of the bracket: so does Prettier have it.
    let start = if indexes.len() == 1 { "" } else { "\n    " };
    for (name, columns) in indexes {
        text += &format!("{start}.index(\"{name}\", [\"{}\"])", columns.join("\", \""));
    }
    text + ",\n"
}

fn descriptor(entity: &EntityDescriptor) -> String {
    let mut text = format!("  {}: {{\n    fields: {{\n", entity.name);
    for field in entity.synced() {
        text += &format!("      {}: \"{}\",\n", field.name, kind_name(field.kind));
    }
    text += "    },\n";
    let local: Vec<_> = entity.fields.iter().filter(|it| it.local).map(|it| it.name).collect();
    text += &list(4, "local", &local);
    text += &list(4, "naturalKey", entity.natural_key);
    if let Some((field, owner)) = entity.owner() {
        text += &format!("    owner: {{ entity: \"{owner}\", field: \"{field}\" }},\n");
    }
    text + "  },\n"
}

#[cfg(test)]
mod tests;
