//! The entities that a replica knows. They register themselves by being linked;
//! what they say of themselves is checked once, before any data is touched.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use crate::{EntityDescriptor, Error, Field, Input, Kind, Policy, Result};

/// A fact about a pair of ids: they are one row that two devices made. The hub
/// records it when a birth meets a live row with its natural key; facts are rows in
/// the feed like any other, and only ever grow.
pub static ALIASES: EntityDescriptor = EntityDescriptor {
    name: "aliases",
    doc: "Two ids that stand for one row",
    fields: &[
        Field::new("entity", Kind::Text).doc("The entity of both ids"),
        Field::new("low", Kind::Text).doc("The smaller id").indexed(),
        Field::new("high", Kind::Text).doc("The greater id").indexed(),
    ],
    natural_key: &[],
    policy: Policy::AppendOnly,
};

/// Columns and tables that every replica has, so that no entity may use them.
const RESERVED_FIELDS: [&str; 14] = [
    "id",
    "seq",
    "born",
    "hash",
    "acked",
    "natural_key",
    "stamp",
    "stamps",
    "extra",
    "deleted_at",
    "remote_id",
    "sync_status",
    "updated_at",
    "created",
];
const RESERVED_NAMES: [&str; 8] = [
    "aliases",
    "sync_queue",
    "acknowledged",
    "audit_log",
    "meta",
    "changes",
    "other_rows",
    "sqlite_sequence",
];

impl EntityDescriptor {
    /// That this entity has no field called `name`, and which it has.
    pub fn unknown_field(&self, name: &str) -> Error {
        let known: Vec<_> = self.fields.iter().map(|it| it.name).collect();
        Error::unknown_field(self.name, name, &known)
    }
}

/// The entities that a replica knows, referenced ones before those that refer to them.
#[derive(Clone, Debug)]
pub struct Schema {
    entities: Vec<&'static EntityDescriptor>,
    by_name: BTreeMap<&'static str, &'static EntityDescriptor>,
    fingerprint: Arc<str>,
}

impl Schema {
    /// Every entity that is linked into this program.
    ///
    /// # Errors
    /// [`Error::Invalid`] when an entity contradicts itself or another one.
    pub fn registered() -> Result<&'static Self> {
        static REGISTERED: OnceLock<std::result::Result<Schema, String>> = OnceLock::new();
        REGISTERED
            .get_or_init(|| {
                Self::of(inventory::iter::<EntityDescriptor>).map_err(|it| it.to_string())
            })
            .as_ref()
            .map_err(|it| Error::Invalid { what: Input::Schema, reason: it.clone() })
    }

    /// A schema of the given entities.
    ///
    /// # Errors
    /// [`Error::Invalid`] when an entity contradicts itself or another one.
    pub fn of(entities: impl IntoIterator<Item = &'static EntityDescriptor>) -> Result<Self> {
        let mut by_name = BTreeMap::new();
        for entity in entities {
            if by_name.insert(entity.name, entity).is_some() {
                let reason = format!("two entities are named `{}`; rename one", entity.name);
                return Err(Error::schema(reason));
            }
        }
        for entity in by_name.values() {
            check(entity, &by_name).map_err(Error::schema)?;
        }
        let mut entities: Vec<_> = Vec::new();
        let mut placed = BTreeSet::new();
        while entities.len() < by_name.len() {
            let ready = |it: &&EntityDescriptor| {
                !placed.contains(it.name) && references(it).all(|to| placed.contains(to))
            };
            let Some(next) = by_name.values().copied().find(ready) else {
                let left: Vec<_> =
                    by_name.keys().filter(|it| !placed.contains(*it)).copied().collect();
                let reason = format!("{} refer to each other in a circle", left.join(", "));
                return Err(Error::schema(reason));
            };
            placed.insert(next.name);
            entities.push(next);
        }
        by_name.insert(ALIASES.name, &ALIASES);
        let mut fingerprint = String::new();
        for entity in by_name.values() {
            fingerprint.push_str(&format!("{} {:?}", entity.name, entity.natural_key));
            for Field { name, kind, local, indexed, listed_by, .. } in entity.fields {
                fingerprint.push_str(&format!(" {name}:{kind:?}:{local}:{indexed}:{listed_by:?}"));
            }
            fingerprint.push('\n');
        }
        Ok(Self { entities, by_name, fingerprint: fingerprint.into() })
    }

    /// The registered entities, referenced ones first.
    pub fn entities(&self) -> &[&'static EntityDescriptor] {
        &self.entities
    }

    /// The registered entities and the built-in ones: everything that has a table.
    pub fn tables(&self) -> impl Iterator<Item = &'static EntityDescriptor> {
        std::iter::once(&ALIASES).chain(self.entities.iter().copied())
    }

    /// The entity called `name`, if this replica knows it.
    pub fn get(&self, name: &str) -> Option<&'static EntityDescriptor> {
        self.by_name.get(name).copied()
    }

    /// The entity called `name`.
    ///
    /// # Errors
    /// [`Error::Invalid`], which lists the known ones.
    pub fn entity(&self, name: &str) -> Result<&'static EntityDescriptor> {
        self.get(name).ok_or_else(|| {
            let known: Vec<_> = self.entities.iter().map(|it| it.name).collect();
            let (name, known) = (crate::excerpt(name), known.join(", "));
            let reason = format!("there is no entity `{name}`; there are: {known}");
            Error::Invalid { what: Input::Entity, reason }
        })
    }

    /// The entities whose rows `owner` owns, with the field that names it.
    pub fn owned_by(
        &self,
        owner: &str,
    ) -> impl Iterator<Item = (&'static EntityDescriptor, &'static str)> {
        self.entities.iter().filter_map(move |it| match it.owner() {
            Some((field, entity)) if entity == owner => Some((*it, field)),
            _ => None,
        })
    }

    /// The entities whose rows name rows of `entity`, with the field that does.
    pub fn referring_to(
        &self,
        entity: &str,
    ) -> impl Iterator<Item = (&'static EntityDescriptor, &'static Field)> {
        self.entities.iter().flat_map(move |it| {
            let names = move |field: &&Field| matches!(field.kind, Kind::Ref(to) if to == entity);
            it.fields.iter().filter(names).map(|field| (*it, field))
        })
    }

    /// A text that changes when an entity or a field is added or stored otherwise.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

fn references(entity: &EntityDescriptor) -> impl Iterator<Item = &'static str> {
    entity.fields.iter().filter_map(move |it| match it.kind {
        Kind::Ref(to) if to != entity.name => Some(to),
        _ => None,
    })
}

/// A name that is safe in SQL, TypeScript and a shell, everywhere unquoted.
pub fn is_plain_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_lowercase())
        && name.len() <= 60
        && name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
}

fn check(
    entity: &EntityDescriptor,
    all: &BTreeMap<&str, &EntityDescriptor>,
) -> std::result::Result<(), String> {
    let name = entity.name;
    if !is_plain_name(name) || RESERVED_NAMES.contains(&name) || name.starts_with("sqlite_") {
        return Err(format!("`{name}` cannot name an entity; use other lower-case letters"));
    }
    let mut seen = BTreeSet::new();
    for field in entity.fields {
        let it = field.name;
        if !is_plain_name(it) || RESERVED_FIELDS.contains(&it) {
            return Err(format!("{name}: `{it}` cannot name a field; use another name"));
        }
        if !seen.insert(it) {
            return Err(format!("{name}: two fields are named `{it}`; rename one"));
        }
        if let Kind::Ref(to) = field.kind
            && !all.contains_key(to)
        {
            return Err(format!(
                "{name}: field `{it}` refers to `{to}`, which is not linked; link its crate or \
                 correct the name"
            ));
        }
        if field.owner && (field.local || !matches!(field.kind, Kind::Ref(_))) {
            return Err(format!("{name}: owner `{it}` must be a synced reference"));
        }
        if let Some(by) = field.listed_by
            && entity.field(by).is_none()
        {
            return Err(format!("{name}: `{it}` is listed by `{by}`, which names no field"));
        }
    }
    if entity.fields.iter().filter(|it| it.owner).count() > 1 {
        return Err(format!("{name}: a row has one owner, but two fields are declared as owner"));
    }
    if all.contains_key(name.strip_suffix("_sync").unwrap_or("")) {
        return Err(format!("`{name}` is the name of a view of another entity; rename it"));
    }
    for key in entity.natural_key {
        match entity.field(key) {
            None => return Err(format!("{name}: the natural key names no field: `{key}`")),
            Some(it) if it.local => {
                return Err(format!("{name}: natural key field `{key}` must not be local"));
            }
            Some(_) => (),
        }
    }
    Ok(())
}
