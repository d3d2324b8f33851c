//! What a search finds, in which order, and what it never shows.

use crate::common::{self, START, World, clock, query};
use driftline_core::{Timestamp, Values};
use driftline_entities::{
    comments::Comment, inbox::InboxItem, messages::Message, sessions::Session,
};
use driftline_index::{
    Error, Scope,
    query::Query,
    search::{Options, Sort},
};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn words_are_found_where_people_and_agents_wrote_them() {
    let world = World::new();
    let session = world.session("Fix the parser", 1);
    let prompt = world.say(session, "user", "Why does the Café test fail?", 2);
    let reply = world.say(session, "assistant", "Because of the tests' clock.", 3);
    let output = world.record(session, 4, &[
        ("role", json!("tool")),
        ("blocks", json!([{"type": "result", "output": [{"type": "text", "text": "FAILED clock.rs"}]}])),
    ]);
    let thought = json!([{"type": "thinking", "text": "Maybe the clock?"}]);
    let thinking = world.record(session, 5, &[("role", json!("assistant")), ("blocks", thought)]);

    assert_eq!(world.hits("cafe"), [prompt]);
    assert_eq!(world.hits("CAFÉ test"), [prompt]);
    assert_eq!(world.hits("test*"), [reply, prompt], "newest first");
    assert_eq!(world.hits("\"test fail\""), [prompt]);
    assert_eq!(world.hits("\"fail test\""), []);
    assert_eq!(world.hits("clock"), [reply], "not what tools say, unless it is asked for");
    assert_eq!(world.hits("in:output clock"), [output]);
    assert_eq!(world.hits("in:all clock"), [thinking, output, reply]);
    assert_eq!(world.hits("test* -cafe"), [reply]);
    assert_eq!(world.hits("cafe OR because"), [reply, prompt]);
    assert_eq!(world.hits("parser"), [session]);
    assert_eq!(world.hits("role:user"), [prompt]);
    let found = world.search("cafe");
    let hit = &found.groups[0].hits[0];
    assert_eq!((hit.scope, hit.role.as_deref()), (Scope::Prompt, Some("user")));
    let marked: Vec<_> = hit.snippet.parts.iter().filter(|it| it.hit).map(|it| &it.text).collect();
    assert_eq!(marked, ["Café"]);
    assert_eq!(found.groups[0].session.as_ref().unwrap().name(), "Fix the parser");
}

#[test]
fn a_copy_in_a_fork_is_found_once_and_in_its_session_all_the_same() {
    let world = World::new();
    let (origin, fork) = (world.session("origin", 1), world.session("fork", 2));
    let said = |session, name: &str, text: &str| {
        let cells = [("external_id", json!(name)), ("text", json!(text)), ("role", json!("user"))];
        world.record(session, 3, &cells)
    };
    let first = said(origin, "u-1", "Fix the parser");
    let copy = said(fork, "u-1", "Fix the parser");
    let own = said(fork, "u-2", "Fix the parser again");
    assert_eq!(world.search("fix").hits, 2);
    let hits = world.hits("fix");
    assert!(hits.contains(&first) && hits.contains(&own) && !hits.contains(&copy), "{hits:?}");
    let only = Options { session: Some(fork), ..Options::at(START) };
    let found = world.index.search(&query("fix").unwrap(), &only).unwrap();
    assert!(common::ids(&found).contains(&copy), "who looks into the fork finds all of it");
    world.replica.delete::<Session>(origin).unwrap();
    assert!(world.hits("fix").contains(&copy), "nor is it lost with the origin");
}

#[test]
fn searches_narrow_by_what_a_row_and_its_session_are() {
    let world = World::new();
    let (home, away) = (world.workspace("/w/home"), world.workspace("/w/away"));
    let one = world.session_in("one", 1, Some(home));
    let other = world.session_in("other", 2, Some(away));
    let bash = world.tool(one, "Bash", "cargo test", 3);
    let edit = world.tool(other, "Edit", "cargo test", 4);
    let reply = world.record(
        one,
        5,
        &[
            ("role", json!("assistant")),
            ("text", json!("cargo is here")),
            ("model", json!("claude-opus-4")),
        ],
    );
    assert_eq!(world.hits("in:tool cargo tool:bash"), [bash]);
    assert_eq!(world.hits("in:tool cargo -tool:bash"), [edit]);
    assert_eq!(world.hits("in:tool cargo ws:away"), [edit]);
    assert_eq!(world.hits("in:tool cargo -workspace:away"), [bash]);
    assert_eq!(world.hits("cargo model:opus"), [reply]);
    assert_eq!(world.hits("cargo agent:claude"), [reply]);
    assert_eq!(world.hits("in:all cargo after:2026-11-22 before:2026-11-22"), []);
    assert_eq!(
        world.hits("in:all cargo on:today").len() + world.hits("in:all cargo on:yesterday").len(),
        3
    );
    let facets = world.search("in:all cargo").facets;
    assert_eq!(facets.workspaces[0].value, "home");
    assert_eq!((facets.agents[0].value.as_str(), facets.agents[0].count), ("claude-code", 3));
    let Err(Error::Misread(wrong)) = world.try_search("cargo tool:nothing") else {
        panic!("nothing is called that")
    };
    assert_eq!(wrong.accepted, ["Bash", "Edit"]);
}

#[test]
fn what_is_deleted_or_belongs_to_it_is_not_found() {
    let world = World::new();
    let session = world.session("needle in a title", 1);
    let message = world.say(session, "user", "a needle", 2);
    let comment =
        Comment { session: Some(session), body: Some("needle!".into()), ..Comment::default() };
    let comment = world.replica.create(&comment).unwrap();
    assert_eq!(world.hits("needle").len(), 3);

    world.replica.delete::<Session>(session).unwrap();
    assert_eq!(world.hits("needle"), []);
    world.replica.restore::<Session>(session).unwrap();
    assert_eq!(world.hits("needle").len(), 3);
    world.replica.delete::<Message>(message).unwrap();
    world.replica.delete::<Comment>(comment).unwrap();
    assert_eq!(world.hits("needle"), [session]);
    world.replica.restore::<Message>(message).unwrap();
    assert_eq!(world.hits("needle"), [message, session]);
    world.replica.update::<Session>(session, |it| it.name = Some("straw".into())).unwrap();
    assert_eq!(world.hits("needle"), [message], "the words of an earlier name are gone");
}

#[test]
fn texts_of_other_entities_are_found_too() {
    let world = World::new();
    let item = InboxItem { title: Some("Which wombat?".into()), ..InboxItem::default() };
    let item = world.replica.create(&item).unwrap();
    let found = world.search("wombat");
    assert_eq!(common::ids(&found), [item]);
    assert!(found.groups[0].session.is_none());
    assert_eq!(found.groups[0].hits[0].entity, "inbox");
    let missing = world.search("wombat platypus").missing;
    assert_eq!(missing, ["platypus"], "which word nothing has");
}

#[test]
fn sessions_that_are_one_are_found_as_one() {
    let world = World::new();
    let values = |name: &str| {
        Values::from([("name".to_owned(), json!(name)), ("cwd".to_owned(), json!("/w"))])
    };
    let made = world.replica.create_values("sessions", &values("Twin")).unwrap();
    let read = driftline_core::Id::imported(1, &["twin"]);
    let entity = world.replica.schema().entity("sessions").unwrap();
    let stamp = driftline_core::Stamp::machine(1, 1, 1, 1);
    let row: driftline_core::Row =
        values("Twin").into_iter().map(|(field, value)| (field, stamp, value)).collect();
    world
        .replica
        .write_with(driftline_core::Durability::Normal, |tx| {
            tx.import(entity, read, row.into_cells().collect(), Vec::new())
        })
        .unwrap();
    world.say(read, "user", "twin prompt", 1);
    world.say(made, "user", "twin answer", 2);
    let shown = made.min(read);
    let lines = world.list("").lines;
    assert_eq!(lines.iter().map(|it| (it.id, it.messages)).collect::<Vec<_>>(), [(shown, 2)]);
    let found = world.search("twin");
    assert_eq!(found.groups.len(), 1);
    assert_eq!((found.groups[0].session.as_ref().unwrap().id, found.hits), (shown, 3));
}

#[test]
fn the_best_are_titles_then_phrases() {
    let world = World::new();
    let session = world.session("open remote", 1);
    let phrase = world.say(session, "assistant", "we open remote files", 2);
    let words = world.say(session, "assistant", "remote things open", 3);
    assert_eq!(world.hits("open remote"), [words, phrase, session]);
    let options = Options { sort: Sort::Best, ..Options::at(START) };
    let found = world.index.search(&query("open remote").unwrap(), &options).unwrap();
    assert_eq!(common::ids(&found), [session, phrase, words]);
}

#[test]
fn many_hits_come_in_pages_and_all_of_a_session_at_once() {
    let world = World::new();
    for session in 0..30 {
        let id = world.session(&format!("s{session}"), session);
        for line in 0..5 {
            world.say(id, "user", "haystack", session * 10 + line);
        }
    }
    let query = query("haystack").unwrap();
    let first = world.index.search(&query, &Options::at(START)).unwrap();
    assert_eq!((first.groups.len(), first.sessions, first.hits), (20, 30, 150));
    assert_eq!((first.groups[0].hits.len(), first.groups[0].total), (3, 5));
    let next = Options { before: first.older, ..Options::at(START) };
    let next = world.index.search(&query, &next).unwrap();
    let names = |found: &driftline_index::search::Found| -> Vec<String> {
        found.groups.iter().filter_map(|it| Some(it.session.as_ref()?.name().to_owned())).collect()
    };
    assert_eq!(names(&next).last().map(String::as_str), Some("s0"));
    assert_eq!(names(&first).len() + names(&next).len(), 30);
    let session = first.groups[4].session.as_ref().unwrap().id;
    let all = Options { session: Some(session), ..Options::at(START) };
    let all = world.index.search(&query, &all).unwrap();
    assert_eq!((all.groups.len(), all.groups[0].hits.len()), (1, 5));
}

#[test]
fn without_anything_to_find_a_search_for_what_lacks_a_word_finds_nothing() {
    let world = World::new();
    let found = world.index.search(&query("-word").unwrap(), &Options::at(START)).unwrap();
    assert_eq!(found.hits, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever is typed is answered, or refused with a place in what was typed.
    #[test]
    fn nothing_that_is_typed_breaks_a_search(
        typed in r#"([a-z"():*^{}+\-] ?|tool:|is:|in:|OR |NEAR\(|\PC|[\u{0}-\u{20}]|é|索){0,24}"#,
    ) {
        thread_local! { static WORLD: World = sample(); }
        WORLD.with(|world| {
            for query in [Query::parse(&typed, &clock()), Query::typing(&typed, &clock())] {
                let outcome = query.map_err(Error::from).and_then(|query| {
                    world.index.sessions(&query, &driftline_index::list::Options::at(START)).ok();
                    world.index.search(&query, &Options::at(START))
                });
                match outcome {
                    Ok(_) => (),
                    Err(Error::Misread(it)) => prop_assert!(it.at <= typed.chars().count(), "{it}"),
                    Err(it) => return Err(TestCaseError::fail(format!("{typed:?}: {it:?}"))),
                }
            }
            Ok(())
        })?;
    }
}

fn sample() -> World {
    let world = World::new();
    let session = world.session("sample é 索", 1);
    world.say(session, "user", "a b c \"d\" (e) 索引", 2);
    world.tool(session, "Bash", "a -b", 3);
    world.replica.update::<Session>(session, |it| it.read_at = Some(Timestamp(1))).unwrap();
    world
}

#[test]
fn a_search_gives_up_when_nobody_waits_and_the_next_one_is_answered() {
    let world = World::new();
    let session = world.session("Long", 1);
    for minute in 0..150 {
        world.say(session, "user", "a word", 2 + minute);
    }
    assert_eq!(world.search("word").hits, 150);
    let left = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let patience = driftline_conversation::Patience::of(world.env.clone(), 1_000, left);
    let hurried = world.index.within(patience);
    for typed in ["word", "a* wor*", "role:user"] {
        let answer = hurried.search(&query(typed).unwrap(), &Options::at(START));
        assert!(matches!(answer, Err(Error::TooLong)), "{typed}: {answer:?}");
    }
    assert_eq!(world.search("word").hits, 150);
}
