//! Rows that were folded by mistake are taken apart, and stay apart on every device.

use crate::common::{Device, Folder, Line, MINUTE, hub, imported};
use driftline_core::{
    Error, Hub, Id, Input, Refusal, Value, Values, alias,
    store::{AuditKind, Find},
};
use driftline_derive::SyncEntity;
use proptest::prelude::*;

/// A note about a folder; it can be edited.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "labels")]
struct Label {
    /// The folder that it is about.
    #[sync(refers = "folders")]
    folder: Option<Id>,
    /// What it says.
    text: Option<String>,
}

/// Two devices that made one folder each, folded since, with a line and a label each.
struct Fold {
    a: Device,
    b: Device,
    hub: Hub,
    one: Id,
    other: Id,
}

impl Fold {
    fn new() -> Self {
        let (a, b, hub) = (Device::new(1), Device::new(2), hub());
        let (one, other) = (a.folder("/src"), b.folder("/src"));
        for (device, folder, text) in [(&a, one, "of a"), (&b, other, "of b")] {
            let (folder, text) = (Some(folder), Some(text.to_owned()));
            device.replica.create(&Line { folder, text: text.clone() }).unwrap();
            device.replica.create(&Label { folder, text }).unwrap();
        }
        a.rename(one, "Engine");
        b.env.pass(MINUTE);
        b.rename(other, "Notes");
        let fold = Self { a, b, hub, one, other };
        fold.sync();
        assert_eq!(fold.folders(&fold.a), ["Notes /src"]);
        fold
    }

    fn sync(&self) {
        for device in [&self.a, &self.b, &self.a, &self.b] {
            device.sync(&self.hub).unwrap();
        }
        assert_eq!(self.a.replica.digest().unwrap(), self.b.replica.digest().unwrap());
        assert_eq!((self.a.waiting(), self.b.waiting()), (0, 0));
    }

    fn folders(&self, device: &Device) -> Vec<String> {
        let folders = device.replica.list::<Folder>(&Find::new()).unwrap();
        let text = |it: Option<String>| it.unwrap_or_default();
        let mut shown: Vec<_> = folders
            .into_iter()
            .map(|it| format!("{} {}", text(it.value.name), text(it.value.path)))
            .collect();
        shown.sort();
        shown
    }

    fn labels_of(&self, device: &Device, folder: Id) -> Vec<String> {
        let labels = device.replica.list::<Label>(&Find::new().refers("folder", folder)).unwrap();
        let mut texts: Vec<_> = labels.into_iter().filter_map(|it| it.value.text).collect();
        texts.sort();
        texts
    }
}

fn nothing() -> Values {
    Values::new()
}

fn path(text: &str) -> Values {
    Values::from([("path".to_owned(), Value::from(text))])
}

#[test]
fn each_goes_on_with_its_own_values_and_what_names_it() {
    let fold = Fold::new();
    let plan = fold.b.replica.plan_split("folders", fold.other, &nothing()).unwrap();
    assert_eq!(fold.folders(&fold.b), ["Notes /src"], "a plan changes nothing");
    let done = fold.b.replica.split("folders", fold.other, &nothing()).unwrap();
    assert_eq!(done, plan, "it does what it said");
    assert_eq!(done.apart, alias::apart("folders", fold.other));
    assert_eq!(done.stay, [("lines", 1)], "what cannot be edited stays");
    assert_eq!(done.follow.len(), 1);
    assert!(!done.imported);
    fold.sync();
    for device in [&fold.a, &fold.b] {
        assert_eq!(fold.folders(device), ["Engine /src", "Notes /src (2)"]);
        assert_eq!(fold.labels_of(device, fold.one), ["of a"]);
        assert_eq!(fold.labels_of(device, done.apart), ["of b"]);
        let lines = Find::new().refers("folder", fold.other);
        assert_eq!(device.replica.count("lines", &lines).unwrap(), 2);
        assert!(device.replica.audit(Some(AuditKind::Conflict), 9).unwrap().is_empty());
    }
    // From now on they are two rows like any others.
    fold.a.rename(done.apart, "Mine");
    fold.b.rename(fold.one, "Yours");
    fold.sync();
    assert_eq!(fold.folders(&fold.a), ["Mine /src (2)", "Yours /src"]);
}

#[test]
fn taken_apart_on_both_devices_at_once_it_is_one_row() {
    for first in [true, false] {
        let fold = Fold::new();
        fold.a.replica.split("folders", fold.other, &path("/a")).unwrap();
        fold.b.env.pass(MINUTE);
        fold.b.replica.split("folders", fold.other, &path("/b")).unwrap();
        let device = if first { &fold.a } else { &fold.b };
        device.sync(&fold.hub).unwrap();
        fold.sync();
        for device in [&fold.a, &fold.b] {
            assert_eq!(fold.folders(device), ["Engine /src", "Notes /b"], "the later key stands");
        }
    }
}

#[test]
fn both_members_can_go_on_by_themselves() {
    let fold = Fold::new();
    fold.a.replica.split("folders", fold.one, &path("/one")).unwrap();
    fold.b.replica.split("folders", fold.other, &path("/other")).unwrap();
    fold.sync();
    let shown = fold.folders(&fold.a);
    assert_eq!(shown.len(), 3, "what stands for both stays: {shown:?}");
    assert!(shown.contains(&"Engine /one".to_owned()), "{shown:?}");
    assert!(shown.contains(&"Notes /other".to_owned()), "{shown:?}");
    assert_eq!(fold.folders(&fold.b), shown);
}

#[test]
fn undone_on_any_device_everything_is_as_it_was_and_it_can_be_done_again() {
    let fold = Fold::new();
    let mut made = Vec::new();
    for (undoes, to) in [(&fold.b, "/one"), (&fold.a, "/two"), (&fold.b, "/three")] {
        made.push(fold.a.replica.split("folders", fold.other, &path(to)).unwrap().apart);
        fold.sync();
        assert_eq!(fold.folders(&fold.b), ["Engine /src".to_owned(), format!("Notes {to}")]);
        undoes.replica.rejoin("folders", fold.other).unwrap();
        fold.sync();
        for device in [&fold.a, &fold.b] {
            assert_eq!(fold.folders(device), ["Notes /src"]);
            assert_eq!(fold.labels_of(device, fold.one), ["of a", "of b"]);
        }
    }
    made.dedup();
    assert_eq!(made.len(), 1, "it is always the same row: {made:?}");
}

#[test]
fn what_is_imported_again_stays_with_the_rest() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let by_hand = a.folder("/src");
    let record = [("path", "/src"), ("name", "src")];
    b.import(imported("one"), 1, &record);
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    let plan = b.replica.plan_split("folders", imported("one"), &nothing()).unwrap();
    assert!(plan.imported);
    b.replica.split("folders", by_hand, &path("/by hand")).unwrap();
    assert!(!b.import(imported("one"), 1, &record), "nothing is new");
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    for device in [&a, &b] {
        let folders = device.replica.list::<Folder>(&Find::new()).unwrap();
        let mut paths: Vec<_> = folders.into_iter().filter_map(|it| it.value.path).collect();
        paths.sort();
        assert_eq!(paths, ["/by hand", "/src"]);
    }
    assert_eq!(a.replica.digest().unwrap(), b.replica.digest().unwrap());
}

#[test]
fn mistakes_are_refused_in_words_and_change_nothing() {
    let fold = Fold::new();
    let alone = fold.a.folder("/alone");
    let split = |id, changes: &Values| fold.a.replica.split("folders", id, changes).unwrap_err();
    assert!(matches!(split(alone, &nothing()), Error::Refused { why: Refusal::NotFolded, .. }));
    assert!(matches!(split(imported("nobody"), &nothing()), Error::NotFound { .. }));
    for taken in ["/src", "/src/", "/alone"] {
        assert!(
            matches!(
                split(fold.other, &path(taken)),
                Error::Refused { why: Refusal::KeyTaken { .. }, .. }
            ),
            "{taken}"
        );
    }
    let line = fold.a.replica.list::<Line>(&Find::new()).unwrap()[0].id;
    let lines = fold.a.replica.split("lines", line, &nothing()).unwrap_err();
    assert!(matches!(lines, Error::Refused { why: Refusal::AppendOnly, .. }), "{lines}");
    let unknown = Values::from([("colour".to_owned(), Value::from("red"))]);
    assert!(matches!(split(fold.other, &unknown), Error::Invalid { what: Input::Field, .. }));
    let never = fold.a.replica.rejoin("folders", fold.other).unwrap_err();
    assert!(matches!(never, Error::NotFound { .. }));
    fold.a.replica.split("folders", fold.other, &nothing()).unwrap();
    let twice = split(fold.other, &nothing());
    let apart = alias::apart("folders", fold.other);
    assert!(
        matches!(&twice, Error::Refused { why: Refusal::AlreadyApart { apart: it }, .. } if *it == apart),
        "{twice}"
    );
    assert!(twice.to_string().contains(&apart.to_string()));
    fold.a.replica.set_deleted("folders", fold.one, true).unwrap();
    assert!(matches!(split(fold.one, &nothing()), Error::NotFound { .. }));
    assert_eq!(
        fold.folders(&fold.a),
        ["Notes /src (2)", " /alone"].map(str::to_owned).into_iter().rev().collect::<Vec<_>>()
    );
}

/// What people do around a split, in any order on either device.
#[derive(Clone, Copy, Debug)]
enum Step {
    Split { other: bool },
    Rejoin { other: bool },
    Rename { other: bool },
    Move { apart: bool },
    Delete { apart: bool },
    Restore { apart: bool },
    Label { other: bool },
    Sync,
    Wait,
}

fn step() -> impl Strategy<Value = (bool, Step)> {
    let flag = any::<bool>;
    let step = prop_oneof![
        3 => flag().prop_map(|other| Step::Split { other }),
        1 => flag().prop_map(|other| Step::Rejoin { other }),
        2 => flag().prop_map(|other| Step::Rename { other }),
        1 => flag().prop_map(|apart| Step::Move { apart }),
        1 => flag().prop_map(|apart| Step::Delete { apart }),
        1 => flag().prop_map(|apart| Step::Restore { apart }),
        2 => flag().prop_map(|other| Step::Label { other }),
        4 => Just(Step::Sync),
        1 => Just(Step::Wait),
    ];
    (flag(), step)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_around_it_devices_end_equal_and_what_is_apart_stays_apart(
        steps in prop::collection::vec(step(), 0..24),
    ) {
        let fold = Fold::new();
        for (number, (on_a, step)) in steps.into_iter().enumerate() {
            let device = if on_a { &fold.a } else { &fold.b };
            let member = |other| if other { fold.other } else { fold.one };
            let row = |apart| {
                if apart { alias::apart("folders", fold.other) } else { fold.one }
            };
            device.env.pass(10);
            // What is refused (there is nothing to take apart, say) changes nothing.
            let replica = &device.replica;
            let _ = match step {
                Step::Split { other } => replica.split("folders", member(other), &nothing()).map(drop),
                Step::Rejoin { other } => replica.rejoin("folders", member(other)),
                Step::Rename { other } => {
                    let name = Values::from([("name".into(), format!("name {number}").into())]);
                    replica.update_values("folders", member(other), &name)
                }
                Step::Move { apart } => {
                    replica.update_values("folders", row(apart), &path(&format!("/moved/{number}")))
                }
                Step::Delete { apart } => replica.set_deleted("folders", row(apart), true),
                Step::Restore { apart } => replica.set_deleted("folders", row(apart), false),
                Step::Label { other } => {
                    let folder = Some(member(other));
                    replica.create(&Label { folder, text: Some(number.to_string()) }).map(drop)
                }
                Step::Sync => device.sync(&fold.hub).map(drop),
                Step::Wait => { device.env.pass(MINUTE); Ok(()) }
            };
        }
        fold.sync();
        prop_assert_eq!(fold.folders(&fold.a), fold.folders(&fold.b));
        let class = fold.a.replica.read(|tx| alias::class(tx, "folders", fold.one)).unwrap();
        prop_assert_eq!(class.len(), 2, "a row that was taken apart was folded again: {:?}", class);
    }
}
