//! Places that are refused, by name and reason.

use std::sync::Arc;

use driftline_core::{SetUp as _, Start};
use futures_executor::block_on;
use object_store::memory::InMemory;

use crate::{
    common::{Given, objects, wire::Careless},
    sealed::env,
};

#[test]
fn a_trial_leaves_nothing() {
    let (given, env) = (Given::in_memory(), env(8));
    given.put("holidays.jpg", vec![1]);
    let before = objects(&*given.store);
    let tried = block_on(given.set_up(true, &env).try_out()).unwrap();
    assert!(!tried.is_begun && tried.lacks.is_empty());
    assert!(tried.notes[0].contains("other files"));
    assert_eq!(objects(&*given.store), before);
}

#[test]
fn a_store_in_which_two_writers_win_is_refused() {
    let given = Given::new(Arc::new(Careless(Arc::new(InMemory::new()))));
    let error = block_on(given.set_up(true, &env(9)).try_out()).unwrap_err().to_string();
    assert!(error.contains("where one must win"), "{error}");
    assert!(objects(&*given.store).is_empty());
}

#[test]
fn words_are_shown_once_and_only_of_the_key_that_is_there() {
    let (given, env) = (Given::in_memory(), env(10));
    let begun = block_on(given.set_up(true, &env).begin(Start::Join)).unwrap();
    assert!(begun.is_new && begun.key.is_some());
    let again = block_on(given.set_up(true, &env).begin(Start::Join)).unwrap();
    assert!(!again.is_new && again.key.is_none());
    let other = given.elsewhere();
    let error = block_on(other.set_up(true, &env).begin(Start::Join)).unwrap_err().to_string();
    assert!(error.contains("its key is not on this device"), "{error}");
    assert!(other.words().is_none());
}
