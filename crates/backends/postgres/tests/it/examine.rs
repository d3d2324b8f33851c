//! A database that is looked over: nothing is made in it, and what is wrong is told.

use driftline_core::{Cursor, Examine as _, Examined, SetUp as _, Start, Value};
use driftline_testing::START;

use crate::common::{Caller, change, id, open, pull, server::shared};

fn told<'a>(all: &'a Examined, what: &str) -> &'a driftline_core::Result<String> {
    &all.findings.iter().find(|it| it.what == what).unwrap().found
}

#[tokio::test]
async fn a_database_is_looked_over_and_nothing_is_made() {
    let server = shared();
    let owner = server.database().await;
    let remote = open(&server.address(&owner, &owner));
    let all = remote.examine().await;
    assert!(told(&all, "remote").as_ref().unwrap().contains(&format!("the role `{owner}`")));
    let error = told(&all, "tables").as_ref().unwrap_err().to_string();
    assert!(error.contains("nothing of Driftline") && error.contains("connect again"), "{error}");
    assert!(all.identity.is_none());
    let client = server.client(&owner, &owner).await;
    let schemas = "SELECT FROM pg_namespace WHERE nspname = 'driftline'";
    assert!(client.query(schemas, &[]).await.unwrap().is_empty());

    remote.begin(Start::Join).await.unwrap();
    let mut caller = Caller::new(&remote, "laptop").await;
    caller.push(vec![change("comments", id(1), 1, &[("body", Value::from("x"))])]).await.unwrap();
    let all = remote.examine().await;
    assert!(all.findings.iter().all(|it| it.found.is_ok()), "{all:?}");
    assert_eq!(told(&all, "changes").as_ref().unwrap(), "1 so far");
    let served = pull(&remote, Cursor::default()).await.unwrap().identity;
    assert_eq!(all.identity, Some(served));
    let (theirs, _) = all.times.unwrap();
    assert!(theirs > START && all.round_trip.is_some());
}

#[tokio::test]
async fn a_server_that_is_not_there_and_a_role_that_is_none_are_told() {
    let server = shared();
    let owner = server.database().await;
    let all = open(&server.address("nobody_at_all", &owner)).examine().await;
    assert_eq!(all.findings.len(), 1);
    let error = told(&all, "remote").as_ref().unwrap_err().to_string();
    assert!(error.contains("role"), "{error}");
    let all = open("postgres://me@127.0.0.1:1/none").examine().await;
    assert!(told(&all, "remote").as_ref().unwrap_err().is_transient(), "{all:?}");
}
