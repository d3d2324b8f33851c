//! Forks that hold a pointer instead of a copy: what was said before is shown with them, and
//! counts where it was said.

use std::collections::HashSet;

use driftline_core::{Id, Timestamp};
use driftline_entities::{
    messages::{Message, block},
    sessions::Session,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::session::{Talk, text};

/// A session with an agent's name.
fn session(talk: &Talk, name: &str) -> Id {
    let session = Session {
        external_id: Some(name.into()),
        source: Some("codex".into()),
        ..Session::default()
    };
    talk.replica.create(&session).unwrap()
}

/// A message with a number, at that second; its text is `said`.
fn say(talk: &Talk, session: Id, ordinal: i64, said: &str) -> Id {
    put(talk, session, (ordinal, 1_000 * ordinal), "user", &text(said))
}

fn put(talk: &Talk, session: Id, (ordinal, at): (i64, i64), role: &str, block: &Value) -> Id {
    let message = Message {
        session: Some(session),
        role: Some(role.into()),
        blocks: Some(json!([block])),
        created_at: Some(Timestamp(at)),
        ordinal: Some(ordinal),
        usage: Some(json!({"input": ordinal, "output": 10})),
        ..Message::default()
    };
    talk.replica.create(&message).unwrap()
}

/// Notes that `session` goes on with `of` up to a number.
fn fork(talk: &Talk, session: Id, of: &str, until: i64) {
    let notice = block::notice("fork", json!({"of": of, "until": until}));
    put(talk, session, (until, 1_000 * until), "system", &notice);
}

/// What is said in a session, in order.
fn said(talk: &Talk, session: Id) -> Vec<String> {
    let conversation = talk.conversations.of(session).unwrap();
    let texts = conversation.order().map(|it| talk.conversations.message_text(it).unwrap());
    texts.flatten().filter(|it| !it.starts_with("fork\n")).collect()
}

#[test]
fn a_fork_shows_what_was_said_before_it_and_nothing_after() {
    let talk = Talk::new();
    let origin = session(&talk, "origin");
    let first = say(&talk, origin, 1, "one");
    say(&talk, origin, 2, "two");
    say(&talk, origin, 3, "three");
    let forked = session(&talk, "fork");
    fork(&talk, forked, "origin", 3);
    say(&talk, forked, 4, "another three");
    assert_eq!(said(&talk, forked), ["one", "two", "another three"]);
    assert_eq!(said(&talk, origin), ["one", "two", "three"]);

    let conversation = talk.conversations.of(forked).unwrap();
    assert!(conversation.inherits(first));
    assert_eq!(conversation.inherited(), 2);
    let facts = conversation.facts();
    assert_eq!((facts.prompts, facts.messages), (1, 1), "the rest counts where it was said");
    assert_eq!(facts.written, 20, "its own two records");
    let copies = HashSet::from([conversation.order().last().unwrap()]);
    assert_eq!(conversation.facts_without(&copies).written, 10);
}

#[test]
fn what_comes_later_or_goes_away_is_seen() {
    let talk = Talk::new();
    let forked = session(&talk, "fork");
    fork(&talk, forked, "origin", 3);
    say(&talk, forked, 4, "own");
    assert_eq!(said(&talk, forked), ["own"]);
    let other = Session {
        name: Some("Another".into()),
        external_id: Some("origin".into()),
        ..Session::default()
    };
    let other = talk.replica.create(&other).unwrap();
    say(&talk, other, 1, "of another agent");
    assert_eq!(said(&talk, forked), ["own"]);
    let origin = session(&talk, "origin");
    assert_eq!(said(&talk, forked), ["own"]);
    say(&talk, origin, 1, "one");
    assert_eq!(said(&talk, forked), ["one", "own"]);
    let two = say(&talk, origin, 2, "two");
    say(&talk, origin, 3, "three");
    assert_eq!(said(&talk, forked), ["one", "two", "own"]);
    talk.replica.delete::<Message>(two).unwrap();
    assert_eq!(said(&talk, forked), ["one", "own"]);
    talk.replica.delete::<Session>(origin).unwrap();
    assert_eq!(said(&talk, forked), ["own"]);
}

#[test]
fn sessions_that_are_forks_of_each_other_end() {
    let talk = Talk::new();
    let (one, other) = (session(&talk, "one"), session(&talk, "other"));
    fork(&talk, one, "other", 5);
    fork(&talk, other, "one", 5);
    fork(&talk, other, "other", 5);
    say(&talk, one, 1, "a");
    say(&talk, other, 2, "b");
    assert_eq!(said(&talk, one), ["a", "b"]);
    assert_eq!(said(&talk, other), ["a", "b"]);
}

#[test]
fn numbers_decide_within_a_moment() {
    let talk = Talk::new();
    let session = session(&talk, "s");
    for number in [3, 1, 2] {
        put(&talk, session, (number, 7), "user", &text(&number.to_string()));
    }
    assert_eq!(said(&talk, session), ["1", "2", "3"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A chain of forks, made in any order: each shows, up to where it left, what the one
    /// before shows.
    #[test]
    fn every_fork_of_a_chain_shows_the_whole_conversation(
        lengths in prop::collection::vec((1..6_i64, 0..4_i64), 1..6),
        seed in any::<u64>(),
    ) {
        let mut wanted: Vec<Vec<String>> = Vec::new();
        let mut made = Vec::new();
        let mut from = 0;
        for (place, (own, left)) in lengths.iter().enumerate() {
            let mut all = wanted.last().cloned().unwrap_or_default();
            all.truncate(usize::try_from(from).unwrap());
            if place > 0 {
                made.push((place, from + 1, None));
            }
            for it in from..from + own {
                let text = format!("{place} says {it}");
                made.push((place, it + 1, Some(text.clone())));
                all.push(text);
            }
            from = (from + own - left).max(0);
            wanted.push(all);
        }
        made.sort_by_key(|(place, it, said)| {
            (seed | 1).wrapping_mul(7 + *place as u64 * 31 + it.unsigned_abs() * 3 + u64::from(said.is_none()))
        });
        let talk = Talk::new();
        let sessions: Vec<Id> = (0..lengths.len()).map(|it| session(&talk, &it.to_string())).collect();
        for (place, number, text) in made {
            // Asked in between, a conversation is kept, and renewed by what comes.
            said(&talk, sessions[sessions.len() - 1]);
            match text {
                Some(text) => _ = say(&talk, sessions[place], number, &text),
                None => fork(&talk, sessions[place], &(place - 1).to_string(), number),
            }
        }
        for (session, wanted) in sessions.iter().zip(&wanted) {
            prop_assert_eq!(&said(&talk, *session), wanted);
        }
    }
}
