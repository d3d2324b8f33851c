//! What a guard names of what a person wrote stays here until they decide, whatever queues
//! it; everything else goes on. `crates/convergence` holds random schedules to it.

use std::sync::Arc;

use crate::common::{Device, Folder, Line, START, hub, hub_of, imported};
use driftline_core::{
    Id, Replica, Schema, Simulated, Value, Values,
    device::{Decision, Exclusions, Guard},
    status::State,
    store::{Find, QueueList},
};
use driftline_derive::SyncEntity;
use driftline_memory::MemoryStore;
use futures_executor::block_on;

/// Names every text that has the word in it.
struct Word(&'static str);

impl Guard for Word {
    fn rule(&self, _entity: &str, _field: &str, text: &str) -> Option<String> {
        text.contains(self.0).then(|| self.0.to_owned())
    }
}

/// A sheet with anything on it.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "papers")]
struct Paper {
    /// What is on it.
    what: Option<Value>,
}

fn guarded(seed: u64) -> Device {
    let mut device = Device::new(seed);
    device.replica = reopened(&device, Some("secret"));
    device
}

/// The store of `device` as another program opens it.
fn reopened(device: &Device, word: Option<&'static str>) -> Arc<Replica> {
    let replica = Replica::open(Arc::new(device.store.clone()), device.env.clone()).unwrap();
    Arc::new(match word {
        Some(word) => replica.guarded(Arc::new(Word(word))),
        None => replica,
    })
}

/// Waiting, held, and what the remote is said to be.
fn stands(device: &Device) -> (u64, u64, State) {
    let it = device.replica.status(Some("hub")).unwrap();
    (it.waiting, it.held, it.state)
}

fn decide(device: &Device, entity: &str, id: Id, decision: Decision) -> bool {
    device.replica.decide(entity, id, decision).unwrap()
}

#[test]
fn what_is_named_is_held_and_all_else_goes_on() {
    let (one, two, hub) = (guarded(1), Device::new(2), hub());
    let id = one.folder("/src/a");
    let line = Line { folder: Some(id), text: Some("a line".into()) };
    one.replica.create(&line).unwrap();
    one.rename(id, "the secret name");
    assert_eq!(stands(&one), (1, 1, State::Offline), "it is told at once");
    let held = one.replica.held().unwrap();
    let hold = held[0].held().unwrap();
    assert_eq!((held[0].id, held.len(), hold.kept), (id, 1, false));
    assert_eq!(
        hold.fields.iter().map(|(it, rule)| (&**it, &**rule)).next(),
        Some(("name", "secret"))
    );

    assert_eq!(one.sync(&hub).unwrap().sent, 1);
    assert_eq!(stands(&one), (0, 1, State::Synced));
    two.sync(&hub).unwrap();
    assert_eq!(two.replica.digest().unwrap()["folders"], 0, "the line is there, its folder is not");
    assert_ne!(two.replica.digest().unwrap()["lines"], 0);

    assert!(decide(&one, "folders", id, Decision::Send));
    assert_eq!(stands(&one), (1, 0, State::Offline));
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    assert_eq!(two.name(id).as_deref(), Some("the secret name"));
    assert_eq!(two.replica.list::<Line>(&Find::new()).unwrap().len(), 1);
    assert!(!decide(&one, "folders", id, Decision::Keep), "it was sent");
}

#[test]
fn a_decision_is_about_the_text() {
    let (one, hub) = (guarded(1), hub());
    let (id, other) = (one.folder("/src/a"), one.folder("/src/b"));
    one.rename(id, "secret 1");
    one.rename(other, "secret 1");
    decide(&one, "folders", id, Decision::Send);
    assert_eq!(stands(&one).1, 0, "another row that says the same is not asked about");
    one.replica.update::<Folder>(id, |it| it.pinned = true).unwrap();
    assert_eq!(stands(&one).1, 0, "another field of the row changes");
    one.rename(id, "secret 2");
    assert_eq!(stands(&one).1, 1, "the text changes");
    decide(&one, "folders", id, Decision::Keep);
    one.sync(&hub).unwrap();
    one.replica.update::<Folder>(id, |it| it.pinned = false).unwrap();
    one.sync(&hub).unwrap();
    assert!(one.replica.held().unwrap()[0].held().unwrap().kept);
    decide(&one, "folders", id, Decision::Ask);
    assert!(!one.replica.held().unwrap()[0].held().unwrap().kept);
    decide(&one, "folders", id, Decision::Keep);
    decide(&one, "folders", id, Decision::Send);
    one.sync(&hub).unwrap();
    assert_eq!(stands(&one), (0, 0, State::Synced));
}

#[test]
fn a_text_that_is_written_over_is_no_reason_any_more() {
    let (one, two, hub) = (guarded(1), Device::new(2), hub());
    let (id, other) = (one.folder("/src/a"), one.folder("/src/b"));
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    one.rename(id, "secret");
    one.rename(other, "secret");
    one.rename(id, "plain");
    assert_eq!(stands(&one), (1, 1, State::Offline));
    two.env.pass(1_000);
    two.rename(other, "later, elsewhere");
    two.sync(&hub).unwrap();
    one.sync(&hub).unwrap();
    assert_eq!(stands(&one), (0, 0, State::Synced));
    two.sync(&hub).unwrap();
    assert_eq!(
        (two.name(id).as_deref(), one.name(other).as_deref()),
        (Some("plain"), Some("later, elsewhere"))
    );
}

#[test]
fn a_held_row_is_rewritten_also_where_nobody_sees_it() {
    let (one, hub) = (guarded(1), hub());
    let id = one.folder("/src/a");
    one.rename(id, "secret");
    one.replica.delete::<Folder>(id).unwrap();
    assert_eq!(stands(&one).1, 1);
    let values = Values::from([("name".to_owned(), Value::from("[removed]"))]);
    one.replica.replace_held("folders", id, &values).unwrap();
    one.sync(&hub).unwrap();
    assert_eq!(stands(&one), (0, 0, State::Synced));
    one.replica.restore::<Folder>(id).unwrap();
    assert_eq!(one.name(id).as_deref(), Some("[removed]"));
}

#[test]
fn imports_are_not_judged_and_let_nothing_go() {
    let (one, hub) = (guarded(1), hub());
    let (id, own) = (imported("a"), imported("b"));
    one.import(id, 1, &[("path", "/a"), ("name", "secret of a machine")]);
    one.import(own, 1, &[("path", "/b")]);
    one.rename(own, "secret");
    one.import(own, 2, &[("path", "/b")]);
    assert_eq!(stands(&one).1, 1, "an import of a held row");
    one.sync(&hub).unwrap();
    let two = Device::new(2);
    two.sync(&hub).unwrap();
    assert_eq!(two.name(id).as_deref(), Some("secret of a machine"));
    assert_eq!(two.name(own), None);
}

#[test]
fn an_exclusion_counts_for_more_and_leaves_it_held() {
    let (one, hub) = (guarded(1), hub());
    let id = one.folder("/src/a");
    one.rename(id, "secret");
    let exclude = |folders: &[&str]| {
        let folders = folders.iter().map(|it| (*it).to_owned()).collect();
        one.replica.exclude(&Exclusions { folders, rows: Vec::new() }).unwrap();
    };
    exclude(&["/src"]);
    let it = one.replica.status(Some("hub")).unwrap();
    assert_eq!((it.excluded, it.held), (1, 0));
    exclude(&[]);
    assert_eq!(one.sync(&hub).unwrap().sent, 0);
    assert_eq!(stands(&one), (0, 1, State::Synced));
}

#[test]
fn a_program_without_a_guard_judges_nothing_and_sends_nothing_that_is_held() {
    let (mut one, hub) = (guarded(1), hub());
    let id = one.folder("/src/a");
    one.rename(id, "secret");
    one.replica = reopened(&one, None);
    one.rename(id, "secret 2");
    one.sync(&hub).unwrap();
    assert_eq!(stands(&one).1, 1);
    decide(&one, "folders", id, Decision::Keep);
    assert!(one.replica.held().unwrap()[0].held().unwrap().kept);
    decide(&one, "folders", id, Decision::Send);
    one.sync(&hub).unwrap();
    assert_eq!(stands(&one), (0, 0, State::Synced));

    // What was written without one is judged before it is sent.
    one.rename(id, "the word");
    assert_eq!(stands(&one).0, 1);
    one.replica = reopened(&one, Some("word"));
    assert_eq!(one.sync(&hub).unwrap().sent, 0);
    assert_eq!(stands(&one), (0, 1, State::Synced));
    // Another version of it finds nothing there.
    one.replica = reopened(&one, Some("nothing"));
    assert_eq!(one.sync(&hub).unwrap().sent, 1);
}

#[test]
fn nothing_deep_in_a_value_is_missed() {
    let store = MemoryStore::new(Schema::registered().unwrap());
    let replica = Replica::open(Arc::new(store), Arc::new(Simulated::new(1, START))).unwrap();
    let replica = replica.guarded(Arc::new(Word("secret")));
    let value = serde_json::json!({ "a": [1, { "b": ["plain", "a secret"] }] });
    let id = replica.create_values("papers", &Values::from([("what".into(), value)])).unwrap();
    assert_eq!(replica.held().unwrap()[0].id, id);
    let plain = serde_json::json!({ "secret": [1, null] });
    let plain = Values::from([("what".into(), plain)]);
    replica.update_values("papers", id, &plain).unwrap();
    assert!(replica.held().unwrap().is_empty());
    let hub = hub_of(MemoryStore::new(Schema::registered().unwrap()), "ana");
    assert_eq!(block_on(replica.sync(&hub)).unwrap().sent, 1);
    assert_eq!(replica.read(|tx| tx.queue(QueueList::Waiting, Default::default(), 9)).unwrap(), []);
}

#[test]
fn what_is_held_stays_here_when_everything_is_offered_anew() {
    let (one, old, new) = (guarded(1), hub(), hub());
    let id = one.folder("/src/a");
    one.sync(&old).unwrap();
    one.rename(id, "the secret name");
    let mut unguarded =
        Device { store: one.store.clone(), env: one.env.clone(), replica: reopened(&one, None) };
    unguarded.sync(&new).unwrap();
    assert_eq!(stands(&unguarded).1, 1);
    unguarded.replica = reopened(&one, Some("secret"));
    assert!(decide(&unguarded, "folders", id, Decision::Send));
    unguarded.sync(&new).unwrap();
    let two = Device::new(2);
    two.sync(&new).unwrap();
    assert_eq!(two.name(id).as_deref(), Some("the secret name"));
}

#[test]
fn what_was_decided_about_a_text_is_forgotten_with_a_purged_row() {
    let (one, hub) = (guarded(1), hub());
    let id = one.folder("/src/a");
    one.rename(id, "the secret name");
    assert!(decide(&one, "folders", id, Decision::Send));
    one.sync(&hub).unwrap();
    one.replica.purge("folders", id).unwrap();
    one.sync(&hub).unwrap();
    let again = one.folder("/src/b");
    one.rename(again, "the secret name");
    assert_eq!(stands(&one).1, 1, "it is asked again");
}

#[test]
fn the_mark_of_a_held_row_is_not_held() {
    let (one, hub) = (guarded(1), hub());
    let id = one.folder("/src/a");
    one.rename(id, "the secret name");
    // Nobody judges it again.
    let unguarded = reopened(&one, None);
    unguarded.purge("folders", id).unwrap();
    block_on(unguarded.sync(&hub)).unwrap();
    assert_eq!(stands(&one), (0, 0, State::Synced));
    let two = Device::new(2);
    two.sync(&hub).unwrap();
    assert!(two.replica.is_purged("folders", id).unwrap());
}
