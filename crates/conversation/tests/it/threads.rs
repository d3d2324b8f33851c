//! Comments as threads.

use driftline_core::{Id, Timestamp};
use driftline_entities::comments::Comment;
use serde_json::json;

use crate::session::{Talk, text};

fn comment(talk: &Talk, message: Option<Id>, body: &str) -> Id {
    let session = Some(talk.session);
    let body = Some(body.to_owned());
    talk.conversations
        .replica()
        .create(&Comment { session, message, body, ..Comment::default() })
        .unwrap()
}

fn settle(talk: &Talk, id: Id, at: Option<Timestamp>) {
    talk.conversations.replica().update::<Comment>(id, |it| it.resolved_at = at).unwrap();
}

#[test]
fn what_is_said_about_one_thing_is_a_thread() {
    let talk = Talk::new();
    let message = talk.add("user", "1", "", json!([text("Hello")]));
    let first = comment(&talk, Some(message), "Why?");
    let whole = comment(&talk, None, "Good work");
    let second = comment(&talk, Some(message), "Because.");
    let threads = talk.conversations.threads(talk.session).unwrap();
    let shape: Vec<_> = threads
        .iter()
        .map(|it| (it.message, it.remarks.iter().map(|it| it.id).collect::<Vec<_>>()))
        .collect();
    assert_eq!(shape.len(), 2);
    assert_eq!(shape[0], (None, vec![whole]));
    assert_eq!(shape[1].0, Some(message));
    assert!(shape[1].1.contains(&first) && shape[1].1.contains(&second));
    assert_eq!(threads[1].remarks[0].author, None);
    assert_eq!(talk.conversations.thread_of(second).unwrap().as_ref(), Some(&threads[1]));
    assert_eq!(talk.conversations.thread_of(message).unwrap(), None);
}

#[test]
fn a_thread_is_settled_when_all_of_it_is_and_opens_again() {
    let talk = Talk::new();
    let first = comment(&talk, None, "Why?");
    assert_eq!(talk.conversations.open_threads().unwrap().len(), 1);
    settle(&talk, first, Some(Timestamp(5)));
    assert!(talk.conversations.threads(talk.session).unwrap()[0].is_resolved());
    assert!(talk.conversations.open_threads().unwrap().is_empty());
    let second = comment(&talk, None, "Still not clear");
    assert!(!talk.conversations.threads(talk.session).unwrap()[0].is_resolved());
    settle(&talk, second, Some(Timestamp(6)));
    settle(&talk, first, None);
    assert_eq!(talk.conversations.open_threads().unwrap()[0].open().count(), 1);
}
