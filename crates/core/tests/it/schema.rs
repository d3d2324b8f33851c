//! Entities that contradict themselves or each other are refused in words, before any
//! data is touched.

use driftline_core::{EntityDescriptor, Field, Kind, Policy, Schema};

const PLAIN: EntityDescriptor = EntityDescriptor {
    name: "notes",
    doc: "",
    fields: &[Field::new("text", Kind::Text)],
    natural_key: &[],
    policy: Policy::Editable,
};

fn refused(entities: &'static [EntityDescriptor]) -> String {
    Schema::of(entities).map_or_else(|it| it.to_string(), |_| "it was accepted".into())
}

#[test]
fn a_key_must_name_a_field_that_travels() {
    static MISSING: [EntityDescriptor; 1] = [EntityDescriptor { natural_key: &["title"], ..PLAIN }];
    assert!(refused(&MISSING).contains("notes: the natural key names no field: `title`"));
    static LOCAL: [EntityDescriptor; 1] = [EntityDescriptor {
        fields: &[Field::new("text", Kind::Text).local()],
        natural_key: &["text"],
        ..PLAIN
    }];
    assert!(refused(&LOCAL).contains("must not be local"));
}

#[test]
fn a_listing_must_be_in_the_order_of_a_field() {
    static MISSING: [EntityDescriptor; 1] = [EntityDescriptor {
        fields: &[Field::new("text", Kind::Text).listed_by("said_at")],
        ..PLAIN
    }];
    let text = refused(&MISSING);
    assert!(text.contains("`text` is listed by `said_at`, which names no field"), "{text}");
}

#[test]
fn a_reference_must_lead_to_an_entity_that_is_linked() {
    static LOST: [EntityDescriptor; 1] =
        [EntityDescriptor { fields: &[Field::new("session", Kind::Ref("sessions"))], ..PLAIN }];
    let text = refused(&LOST);
    assert!(text.contains("refers to `sessions`, which is not linked"), "{text}");
}

#[test]
fn two_entities_of_one_name_are_refused() {
    static TWINS: [EntityDescriptor; 2] = [PLAIN, PLAIN];
    assert!(refused(&TWINS).contains("two entities are named `notes`"));
}

#[test]
fn names_that_sql_or_the_engine_needs_are_refused() {
    static ENTITIES: [EntityDescriptor; 4] = [
        EntityDescriptor { name: "sync_queue", ..PLAIN },
        EntityDescriptor { name: "My Notes", ..PLAIN },
        EntityDescriptor { name: "notes", fields: &[Field::new("id", Kind::Text)], ..PLAIN },
        EntityDescriptor { name: "x\"; drop", ..PLAIN },
    ];
    for entity in &ENTITIES {
        let text = Schema::of([entity]).unwrap_err().to_string();
        assert!(text.contains("cannot name"), "{text}");
    }
    static VIEW: [EntityDescriptor; 2] = [PLAIN, EntityDescriptor { name: "notes_sync", ..PLAIN }];
    assert!(refused(&VIEW).contains("name of a view"));
}

#[test]
fn references_in_a_circle_and_two_owners_are_refused() {
    static CIRCLE: [EntityDescriptor; 2] = [
        EntityDescriptor { fields: &[Field::new("b", Kind::Ref("bs"))], name: "as", ..PLAIN },
        EntityDescriptor { fields: &[Field::new("a", Kind::Ref("as"))], name: "bs", ..PLAIN },
    ];
    assert!(refused(&CIRCLE).contains("in a circle"));
    static OWNERS: [EntityDescriptor; 2] = [
        PLAIN,
        EntityDescriptor {
            name: "lines",
            fields: &[
                Field::new("one", Kind::Ref("notes")).owner(),
                Field::new("other", Kind::Ref("notes")).owner(),
            ],
            ..PLAIN
        },
    ];
    assert!(refused(&OWNERS).contains("a row has one owner"));
}

#[test]
fn referenced_entities_come_first() {
    static ENTITIES: [EntityDescriptor; 2] = [
        EntityDescriptor { name: "a", fields: &[Field::new("note", Kind::Ref("notes"))], ..PLAIN },
        PLAIN,
    ];
    let schema = Schema::of(&ENTITIES).unwrap();
    let names: Vec<_> = schema.entities().iter().map(|it| it.name).collect();
    assert_eq!(names, ["notes", "a"]);
}
