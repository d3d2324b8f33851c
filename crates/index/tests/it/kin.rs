//! Forks: by what a session says of itself, or by the messages that it has in common with
//! another one.

use driftline_core::Id;
use driftline_entities::{messages::block, sessions::Session};
use driftline_index::Fork;
use serde_json::json;

use crate::common::World;

/// The whole talk of a session and, from `shared` on, its own.
fn talk(world: &World, session: Id, shared: i64, all: i64) -> Vec<Id> {
    let said = |minute: i64| {
        let text =
            if minute <= shared { format!("said {minute}") } else { format!("{session} {minute}") };
        world.say(session, if minute % 2 == 1 { "user" } else { "assistant" }, &text, minute)
    };
    (1..=all).map(said).collect()
}

fn fork_of(world: &World, session: Id) -> Option<(Id, u64)> {
    let listed = world.list("");
    let line = listed.lines.iter().find(|it| it.id == session).unwrap();
    assert_eq!(line.fork, world.index.fork(session).unwrap());
    line.fork.as_ref().map(|it| (it.of, it.messages))
}

#[test]
fn a_copy_is_a_fork_of_the_session_that_began_first_whichever_is_seen_first() {
    for turned in [false, true] {
        let world = World::new();
        let mut sessions = [world.session("origin", 1), world.session("fork", 2)];
        let [origin, fork] = sessions;
        if turned {
            sessions.reverse();
        }
        for it in sessions {
            talk(&world, it, 5, if it == origin { 8 } else { 7 });
        }
        assert_eq!(fork_of(&world, fork), Some((origin, 5)));
        assert_eq!(fork_of(&world, origin), None);
        assert_eq!(world.index.copies(fork).unwrap().len(), 5);
        assert_eq!(world.index.copies(origin).unwrap().len(), 0, "they are counted there");
        let words = world.index.fork(fork).unwrap().as_ref().map(Fork::words);
        assert_eq!(words.as_deref(), Some("fork of origin from message 5"));
        world.replica.delete::<Session>(origin).unwrap();
        assert_eq!(fork_of(&world, fork), None);
        assert_eq!(world.index.copies(fork).unwrap().len(), 0);
    }
}

#[test]
fn of_two_that_begin_with_one_message_the_one_that_ends_with_the_copy_came_first() {
    let world = World::new();
    let (fork, origin) = (world.session("fork", 1), world.session("origin", 1));
    talk(&world, fork, 4, 6);
    talk(&world, origin, 4, 4);
    assert_eq!(fork_of(&world, fork), Some((origin, 4)));
    assert_eq!(fork_of(&world, origin), None);
}

#[test]
fn a_copy_that_begins_in_the_middle_is_one_too() {
    let world = World::new();
    let (origin, fork) = (world.session("origin", 1), world.session("fork", 5));
    talk(&world, origin, 9, 9);
    for minute in 5..=9 {
        world.say(
            fork,
            if minute % 2 == 1 { "user" } else { "assistant" },
            &format!("said {minute}"),
            minute,
        );
    }
    world.say(fork, "user", "Another way", 20);
    assert_eq!(fork_of(&world, fork), Some((origin, 5)));
    assert_eq!(fork_of(&world, origin), None);
}

#[test]
fn equal_words_of_other_moments_are_no_copies() {
    let world = World::new();
    let (one, other) = (world.session("one", 1), world.session("other", 2));
    world.say(one, "user", "go on", 3);
    world.say(other, "user", "go on", 4);
    world.say(other, "assistant", "go on", 3);
    assert_eq!((fork_of(&world, one), fork_of(&world, other)), (None, None));
}

#[test]
fn a_session_that_says_whose_fork_it_is_is_believed() {
    let world = World::new();
    let named = |name: &str, minute| {
        let id = world.session(name, minute);
        world.replica.update::<Session>(id, |it| it.external_id = Some(name.into())).unwrap();
        id
    };
    // It began before the other, by a clock that was wrong.
    let (fork, origin) = (named("fork", 1), named("origin", 2));
    for number in 1..=4 {
        let cells = [("role", json!("user")), ("text", json!("x")), ("ordinal", json!(number))];
        world.record(origin, number + 2, &cells);
    }
    let pointer = json!([block::notice("fork", json!({"of": "origin", "until": 3}))]);
    world.record(fork, 9, &[("role", json!("system")), ("blocks", pointer)]);
    world.say(fork, "user", "own", 10);
    assert_eq!(fork_of(&world, fork), Some((origin, 2)));
    assert_eq!(fork_of(&world, origin), None);

    // Whose it is may not be here.
    let lost = named("lost", 3);
    let pointer = json!([block::notice("fork", json!({"of": "gone"}))]);
    world.record(lost, 9, &[("role", json!("system")), ("blocks", pointer)]);
    assert_eq!(fork_of(&world, lost), None);
}
