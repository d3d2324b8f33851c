//! Judging a push on a working set, into which only what was asked for is loaded, gives what
//! judging it on the store gives.

use driftline_core::{
    Change, DELETED_AT, Id, Identity, PROTOCOL, PURGED, Push, Result, Row, Schema, Serial, Stamp,
    Store, Value, alias,
    hub::{self, Attempt, Judged, Missing, State, WorkingSet},
    store::{Durability, Lookup},
};
use driftline_memory::MemoryStore;
use proptest::prelude::*;

use crate::common::{START, hub_of, imported};

fn id(number: u8) -> Id {
    imported(&number.to_string())
}

/// A folder with few ids, paths and times, so that they meet.
fn folders() -> impl Strategy<Value = Change> {
    let path = prop_oneof![
        4 => prop_oneof![Just("/a"), Just("/b"), Just("/c")].prop_map(|it| Some(Value::from(it))),
        1 => Just(None),
    ];
    let deleted = prop_oneof![
        4 => Just(None),
        1 => Just(Some(Value::from(START))),
        1 => Just(Some(Value::Null)),
    ];
    let fields = (path, proptest::option::of(0..2_u8), deleted);
    (0..9_u8, fields, 0..6_u64, any::<bool>(), 0..5_u8).prop_map(
        |(number, (path, name, deleted), time, birth, part)| {
            // Some of them are ahead of the clock of the hub.
            let stamp = Stamp::person(START + time * 100_000, 0, number.into());
            let name = name.map(|it| Value::from(it.to_string()));
            let cells = [("path", path), ("name", name), (DELETED_AT, deleted)];
            let row: Row =
                cells.into_iter().filter_map(|(field, it)| Some((field, stamp, it?))).collect();
            let whole = part > 0;
            Change { entity: "folders".into(), id: id(number), row, birth, whole }
        },
    )
}

/// What may be in a push: folders, facts about them, rows without a key, and of entities that
/// the hub does not know.
fn changes() -> impl Strategy<Value = Change> {
    let fact = (0..9_u8, 0..9_u8).prop_map(|(one, other)| {
        let (id, row) = alias::fact("folders", id(one), id(other));
        Change { entity: "aliases".into(), id, row, birth: false, whole: true }
    });
    let other = (folders(), prop_oneof![Just("lines"), Just("strange"), Just("no name")])
        .prop_map(|(it, entity)| Change { entity: entity.into(), ..it });
    let line = (0..9_u8, 0..9_u8, 0..6_u64).prop_map(|(line, folder, time)| {
        let stamp = Stamp::person(START + time, 0, line.into());
        let row = Row::from_iter([("folder", stamp, Value::from(id(folder).to_string()))]);
        Change { entity: "lines".into(), id: id(line), row, birth: true, whole: true }
    });
    let purge = (0..9_u8, 0..6_u64, any::<bool>()).prop_map(|(row, time, is_line)| {
        let entity = if is_line { "lines" } else { "folders" }.into();
        let row_of = Stamp::person(START + time, 0, row.into());
        let mark = Row::from_iter([(PURGED, row_of, Value::from("person"))]);
        Change { entity, id: id(row), row: mark, birth: false, whole: true }
    });
    prop_oneof![8 => folders(), 2 => fact, 1 => other, 3 => line, 1 => purge]
}

/// Loads everything that was lacking.
fn load(set: &mut WorkingSet<'_>, missing: Missing, from: &dyn Lookup) -> Result<()> {
    let Missing { rows, keys, joined, owned } = missing;
    for (entity, id) in rows {
        set.load_row(&entity, id, from.get(&entity, id)?);
    }
    for (entity, key) in keys {
        set.load_key(&entity, &key, from.with_key(&entity, &key)?);
    }
    for (entity, id) in joined {
        set.load_joined(&entity, id, from.joined(&entity, id)?);
    }
    for asked in owned {
        let hub::Owned { entity, field, owner, after, limit } = &asked;
        let ids = from.owned(entity, field, *owner, *after, *limit)?;
        set.load_owned(asked, ids);
    }
    Ok(())
}

/// Judges `push` on a working set that is empty at first.
fn judge_loaded(from: &dyn Lookup, state: &State, push: &Push, time: u64) -> Result<Judged> {
    let mut set = WorkingSet::new(from.schema());
    for _ in 0..1_000 {
        match set.judge(state, "hub", push, Some(time))? {
            Attempt::Judged(judged) => return Ok(*judged),
            Attempt::Missing(missing) => load(&mut set, missing, from)?,
        }
    }
    panic!("it never has enough");
}

fn push(identity: &Identity, serial: u64, changes: Vec<Change>) -> Push {
    let Identity { account, epoch, .. } = identity.clone();
    let (device, serial) = ("device".to_owned(), Serial(serial));
    Push { protocol: PROTOCOL, account, epoch, device, serial, changes }
}

proptest! {
    #[test]
    fn a_working_set_gives_what_the_store_gives(
        pushes in proptest::collection::vec(proptest::collection::vec(changes(), 0..8), 1..8),
    ) {
        let store = MemoryStore::new(Schema::registered().unwrap());
        let _hub = hub_of(store.clone(), "ana");
        let store: &dyn Store = &store;
        for (serial, changes) in (1..).zip(pushes) {
            let (on_store, loaded) = store
                .transact(Durability::Normal, |tx| {
                    let state = hub::load(tx)?.unwrap();
                    let push = push(&state.identity, serial, changes.clone());
                    let loaded = judge_loaded(tx.reading(), &state, &push, START)?;
                    let on_store = hub::judge(tx.reading(), state, "hub", push, Some(START))?;
                    hub::take_in(tx, &on_store.taken)?;
                    hub::save(tx, Some(&on_store.state))?;
                    Ok((on_store, loaded))
                })
                .unwrap();
            prop_assert_eq!(on_store.answers, loaded.answers);
            prop_assert_eq!(on_store.taken, loaded.taken);
            prop_assert_eq!(on_store.state, loaded.state);
        }
    }
}

#[test]
fn an_old_call_is_told_whatever_was_loaded() {
    let store = MemoryStore::new(Schema::registered().unwrap());
    let _hub = hub_of(store.clone(), "ana");
    let state = (&store as &dyn Store).view(|tx| hub::load(tx)).unwrap().unwrap();
    let push = push(&state.identity, 0, Vec::new());
    let set = WorkingSet::new(Schema::registered().unwrap());
    assert!(set.judge(&state, "hub", &push, None).is_err());
}
