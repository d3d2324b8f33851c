//! What right structs become.

use driftline_core::{
    Condition, EntityDescriptor, Error, Id, Kind, Policy, Schema, SyncEntity, Timestamp, Value,
    store::Find,
};
use driftline_derive::SyncEntity;

/// One field of every type,
/// described on two lines.
///
/// This paragraph is for programmers.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
struct AllKind {
    /// Some
    /// text.
    #[sync(key, indexed)]
    text: Option<String>,
    /** Never none. */
    plain: String,
    /// A raw name.
    #[sync(key)]
    r#type: Option<String>,
    /// A count.
    count: Option<i64>,
    /// A measure.
    measure: Option<f64>,
    /// A switch.
    switch: bool,
    /// A moment.
    moment: Option<Timestamp>,
    /// Anything.
    anything: Option<Value>,
    /// Not shared.
    #[sync(local)]
    here: Option<String>,
    /// A neighbour.
    #[sync(refers = "kept_ones")]
    neighbour: Option<Id>,
    /// Whose it is.
    #[sync(owner = "kept_ones", listed_by = "moment")]
    whose: Option<Id>,
    /// One of the same kind.
    like: Option<Id<Self>>,
    /// An id of anything.
    loose: Option<Id>,
}

/// A row that nobody edits.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "kept_ones", append_only)]
struct Kept {
    /// What was said.
    text: Option<String>,
}

/// A field of it is called like something of the trait.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
struct Branch {
    /// What people call it.
    name: String,
    /// Whose it is.
    #[sync(owner)]
    whose: Option<Id<AllKind>>,
}

/// Names from the prelude, which the derived code must not pick up from here.
mod shadowed {
    #![allow(dead_code, reason = "only their names matter")]
    pub(crate) struct Vec;
    pub(crate) struct Result;
    pub(crate) struct Value;
    pub(crate) trait FieldType {}

    /// Derived among other people's names.
    #[derive(Clone, Default, PartialEq, driftline_derive::SyncEntity)]
    pub(crate) struct Stranger {
        /// Whether it compiles.
        value: bool,
    }
}

fn sample() -> AllKind {
    AllKind {
        text: Some("a".into()),
        plain: "b".into(),
        r#type: Some("c".into()),
        count: Some(-1),
        measure: Some(0.5),
        switch: true,
        moment: Some(Timestamp(7)),
        anything: Some(Value::from(vec![1, 2])),
        here: Some("/tmp".into()),
        neighbour: Some(Id::imported(1, &["n"])),
        whose: Some(Id::imported(2, &["w"])),
        like: Some(Id::imported(4, &["s"]).of()),
        loose: Some(Id::imported(3, &["l"])),
    }
}

/// Reads `entity` back from its own values, with one of them replaced.
fn reread(entity: &AllKind, field: &str, instead: Option<&Value>) -> Result<AllKind, Error> {
    let values = entity.values();
    AllKind::from_values(&|name| {
        let place = AllKind::FIELDS.iter().position(|it| it.name == name)?;
        if name == field { instead.cloned() } else { values.get(place).cloned() }
    })
}

#[test]
fn names_docs_and_keys_come_from_the_struct() {
    assert_eq!(AllKind::NAME, "all_kinds");
    assert_eq!(AllKind::DOC, "One field of every type, described on two lines.");
    assert_eq!(AllKind::NATURAL_KEY, ["text", "type"]);
    assert_eq!(AllKind::POLICY, Policy::Editable);
    assert_eq!(Kept::NAME, "kept_ones");
    assert_eq!(Kept::POLICY, Policy::AppendOnly);
    assert!(Kept::NATURAL_KEY.is_empty());
}

#[test]
fn kinds_come_from_the_types() {
    let kinds: Vec<_> = AllKind::FIELDS.iter().map(|it| (it.name, it.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("text", Kind::Text),
            ("plain", Kind::Text),
            ("type", Kind::Text),
            ("count", Kind::Int),
            ("measure", Kind::Real),
            ("switch", Kind::Bool),
            ("moment", Kind::Time),
            ("anything", Kind::Json),
            ("here", Kind::Text),
            ("neighbour", Kind::Ref("kept_ones")),
            ("whose", Kind::Ref("kept_ones")),
            ("like", Kind::Ref("all_kinds")),
            ("loose", Kind::Text),
        ]
    );
}

#[test]
fn attributes_set_what_they_say_and_nothing_else() {
    let named = |pick: fn(&driftline_core::Field) -> bool| {
        AllKind::FIELDS.iter().filter(|it| pick(it)).map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(named(|it| it.local), ["here"]);
    assert_eq!(named(|it| it.owner), ["whose"]);
    assert_eq!(named(|it| it.indexed), ["text", "neighbour", "whose", "like"]);
    let text = EntityDescriptor::of::<AllKind>().field("text").unwrap();
    assert_eq!(text.doc, "Some text.");
    let plain = EntityDescriptor::of::<AllKind>().field("plain").unwrap();
    assert_eq!(plain.doc, "Never none.");
}

#[test]
fn values_round_trip() {
    for entity in [sample(), AllKind::default()] {
        assert_eq!(reread(&entity, "", None).unwrap(), entity);
        for (field, value) in AllKind::FIELDS.iter().zip(entity.values()) {
            assert!(field.kind.holds(&value), "{}: {value}", field.name);
        }
    }
}

#[test]
fn what_was_never_written_is_the_default() {
    assert_eq!(AllKind::from_values(&|_| None).unwrap(), AllKind::default());
    let without = reread(&sample(), "switch", Some(&Value::Null)).unwrap();
    assert_eq!(without, AllKind { switch: false, ..sample() });
}

#[test]
fn a_value_of_another_type_is_an_error_that_names_the_field() {
    let error = reread(&sample(), "count", Some(&Value::from("many"))).unwrap_err();
    assert_eq!(error.to_string(), "all_kinds: `count` takes a whole number");
    let error = reread(&sample(), "neighbour", Some(&Value::from("x"))).unwrap_err();
    assert_eq!(error.to_string(), "all_kinds: `neighbour` takes the id of one of kept_ones");
}

#[test]
fn fields_are_constants_that_know_their_names_and_types() {
    assert_eq!(AllKind::SWITCH.name(), "switch");
    assert_eq!(AllKind::TYPE.name(), "type");
    assert_eq!((Branch::NAME, Branch::NAME_FIELD.name()), ("branchs", "name"));
    let whose = EntityDescriptor::of::<Branch>().owner();
    assert_eq!(whose, Some(("whose", "all_kinds")));

    let find = |it: Condition<AllKind>| it.narrow(Find::new());
    assert_eq!(find(AllKind::SWITCH.eq(true)).equal, [("switch".into(), true.into())]);
    assert_eq!(find(AllKind::SWITCH.eq(false)).unset_or, [("switch".into(), false.into())]);
    assert_eq!(find(AllKind::SWITCH.ne(true)).unless, [("switch".into(), true.into())]);
    assert_eq!(find(AllKind::COUNT.eq(0)).equal, [("count".into(), 0.into())]);
    assert_eq!(find(AllKind::TEXT.eq("a")).equal, [("text".into(), "a".into())]);
    assert_eq!(find(AllKind::TEXT.is_none()).equal, [("text".into(), Value::Null)]);
    assert_eq!(find(AllKind::LIKE.is_some()).unless, [("like".into(), Value::Null)]);
    assert_eq!(
        find(AllKind::PLAIN.ne("")).unless,
        [("plain".into(), "".into()), ("plain".into(), Value::Null)]
    );
    let id = Id::imported(0, &["a"]);
    let by_id = AllKind::LIKE.eq(id.of::<AllKind>());
    assert_eq!(find(by_id).equal, [("like".into(), id.to_string().into())]);
}

#[test]
fn deriving_registers() {
    let schema = Schema::registered().unwrap();
    let place = |name| schema.entities().iter().position(|it| it.name == name).unwrap();
    assert!(place("kept_ones") < place("all_kinds"), "owners come first");
    assert!(place("strangers") < schema.entities().len());
    assert_eq!(shadowed::Stranger::default().values(), [Value::from(false)]);
}
