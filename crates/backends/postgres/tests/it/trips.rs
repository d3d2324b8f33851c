//! A call costs a few round trips, however many rows are in it and however far away the
//! server is.

use driftline_core::{Change, Cursor, Value};

use crate::common::{Caller, change, id, open, proxy::Proxy, pull, server::shared};

/// The most that a push may take.
const MOST: usize = 8;

fn workspaces(ids: std::ops::Range<u64>, stamp: u64) -> Vec<Change> {
    let path = |number: u64| Value::from(format!("/home/{}", number % 500));
    let row = |number| change("workspaces", id(number), stamp, &[("path", path(number))]);
    ids.map(row).collect()
}

#[tokio::test]
async fn five_hundred_rows_take_eight_round_trips_at_most() {
    let server = shared();
    let database = server.database().await;
    let proxy = Proxy::to(server.folder()).await;
    let remote = open(&proxy.address(&database, &database));
    let (mut laptop, mut desktop) =
        (Caller::new(&remote, "laptop").await, Caller::new(&remote, "desktop").await);
    proxy.trips();

    let messages = (0..500).map(|number| {
        change("messages", id(number), 1, &[("text", Value::from("x".repeat(2_000)))])
    });
    laptop.push(messages.collect()).await.unwrap();
    let births = proxy.trips();

    laptop.push(workspaces(0..500, 1)).await.unwrap();
    let keyed = proxy.trips();

    // Each has a twin, and each of these a third one.
    let answers = desktop.push(workspaces(500..1_000, 2)).await.unwrap();
    assert_eq!(answers.recorded.len(), 500);
    let twins = proxy.trips();
    let answers = desktop.push(workspaces(1_000..1_500, 3)).await.unwrap();
    assert_eq!(answers.recorded.len(), 500);
    let triplets = proxy.trips();

    laptop.push(workspaces(0..500, 9)).await.unwrap();
    let edits = proxy.trips();

    let all = [births, keyed, twins, triplets, edits];
    assert!(all.iter().all(|it| (1..=MOST).contains(it)), "{all:?}");

    pull(&remote, Cursor::default()).await.unwrap();
    assert_eq!(proxy.trips(), 1, "a page is one round trip");
}

#[tokio::test]
async fn facts_that_arrive_with_their_rows_cost_no_more() {
    let server = shared();
    let database = server.database().await;
    let proxy = Proxy::to(server.folder()).await;
    let remote = open(&proxy.address(&database, &database));
    let mut laptop = Caller::new(&remote, "laptop").await;
    laptop.push(workspaces(0..200, 1)).await.unwrap();
    // A chain: each id is joined with the next one.
    let chain = (0..200).map(|number| {
        let (id, row) = driftline_core::alias::fact("workspaces", id(number), id(number + 1));
        Change { entity: "aliases".into(), id, row, birth: false, whole: true }
    });
    laptop.push(chain.collect()).await.unwrap();
    proxy.trips();
    laptop.push(workspaces(500..700, 2)).await.unwrap();
    let trips = proxy.trips();
    assert!(trips <= MOST, "{trips}");
}
