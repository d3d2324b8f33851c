//! Devices that sync through a deployment, over real HTTP.

use std::sync::{Arc, Mutex};

use crate::common::{Note, Request, Server, deployment::Deployment, device, log::Log};
use driftline_core::{Replica, store::Find};

async fn deployment(forgets_to_ask: bool) -> (Server, Arc<Mutex<Deployment>>) {
    let deployment = Arc::new(Mutex::new(Deployment::new()));
    deployment.lock().unwrap().forgets_to_ask = forgets_to_ask;
    let there = deployment.clone();
    let server = Server::start(move |request| there.lock().unwrap().answer(request)).await;
    (server, deployment)
}

fn notes(replica: &Replica) -> Vec<Note> {
    let mut notes: Vec<_> =
        replica.list::<Note>(&Find::new()).unwrap().into_iter().map(|it| it.value).collect();
    notes.sort_by(|one, other| one.text.cmp(&other.text));
    notes
}

#[tokio::test]
async fn devices_come_to_hold_the_same() {
    let (server, _) = deployment(false).await;
    let (laptop, desktop) = (device(), device());
    let id = laptop.create(&Note { text: "one".into(), ..Note::default() }).unwrap();
    desktop.create(&Note { text: "two \u{0}\"\\ é 😀".into(), ..Note::default() }).unwrap();
    for replica in [&laptop, &desktop, &laptop] {
        replica.sync(&server.client()).await.unwrap();
    }
    laptop.update::<Note>(id, |it| it.more = "edited".into()).unwrap();
    for replica in [&laptop, &desktop] {
        replica.sync(&server.client()).await.unwrap();
    }
    assert_eq!(notes(&laptop).len(), 2);
    assert_eq!(notes(&laptop), notes(&desktop));
    assert_eq!(laptop.digest().unwrap(), desktop.digest().unwrap());
    let linked = server.functions().iter().filter(|it| *it == "users:linkLocalId").count();
    assert_eq!(linked, 1);
}

#[tokio::test]
async fn five_hundred_rows_of_a_kilobyte_take_two_calls_each_way() {
    let (server, _) = deployment(false).await;
    let (laptop, desktop) = (device(), device());
    laptop.sync(&server.client()).await.unwrap();
    for number in 0..500 {
        let more = "x".repeat(1_000);
        laptop.create(&Note { text: format!("{number:03}"), more }).unwrap();
    }
    let count = |server: &Server, name: &str| {
        server.functions().iter().filter(|it| it.contains(name)).count()
    };
    let before = server.calls();
    laptop.sync(&server.client()).await.unwrap();
    assert_eq!((count(&server, "push"), server.calls() - before), (1, 2));
    let before = server.calls();
    desktop.sync(&server.client()).await.unwrap();
    assert!(server.calls() - before <= 2, "{:?}", server.functions());
    assert_eq!(notes(&laptop), notes(&desktop));
}

#[tokio::test]
async fn long_values_travel_in_chunks_that_are_sent_once() {
    for forgets_to_ask in [false, true] {
        let (server, _) = deployment(forgets_to_ask).await;
        let (laptop, desktop) = (device(), device());
        let long = "\"é\n".repeat(1_500_000);
        laptop.create(&Note { text: "a".into(), more: long.clone() }).unwrap();
        laptop.create(&Note { text: "b".into(), more: long.clone() }).unwrap();
        for number in 0..60 {
            let more = format!("{number:02}").repeat(40_000);
            laptop.create(&Note { text: format!("c{number}"), more }).unwrap();
        }
        laptop.sync(&server.client()).await.unwrap();
        desktop.sync(&server.client()).await.unwrap();
        assert_eq!(notes(&desktop).len(), 62);
        assert_eq!(notes(&laptop), notes(&desktop));
        let sent: usize = server
            .requests
            .lock()
            .unwrap()
            .iter()
            .filter(|it| it.function() == "sync:putChunks")
            .map(|it| it.args()["chunks"].as_array().unwrap().len())
            .sum();
        let parts = (long.len() + 2 * 1_500_000 + 2).div_ceil(524_288 - 3);
        assert!(sent <= 60 + parts, "{sent} chunks were sent, {parts} are in the long value");
        let carried = |it: &Request| it.body.len();
        let largest = server.requests.lock().unwrap().iter().map(carried).max().unwrap();
        assert!(largest < 9 << 20, "a call had {largest} bytes");
    }
}

#[tokio::test]
async fn a_wiped_deployment_is_filled_again() {
    let (server, there) = deployment(false).await;
    let laptop = device();
    laptop.create(&Note { text: "one".into(), more: "x".repeat(100_000) }).unwrap();
    laptop.sync(&server.client()).await.unwrap();
    *there.lock().unwrap() = Deployment::new();
    let desktop = device();
    laptop.sync(&server.client()).await.unwrap();
    desktop.sync(&server.client()).await.unwrap();
    assert_eq!(notes(&desktop), notes(&laptop));
    assert_eq!(notes(&desktop).len(), 1);
}

#[tokio::test]
async fn what_goes_well_is_no_warning() {
    let (server, _) = deployment(false).await;
    let log = Log::of_this_thread();
    let laptop = device();
    laptop.create(&Note { text: "one".into(), more: "x".repeat(100_000) }).unwrap();
    laptop.sync(&server.client()).await.unwrap();
    laptop.sync(&server.client()).await.unwrap();
    let warnings: Vec<_> =
        log.take().into_iter().filter(|it| it.0 <= tracing::Level::WARN).collect();
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[tokio::test]
async fn seventeen_rows_of_a_megabyte_fit_into_a_page() {
    let (server, _) = deployment(false).await;
    let (laptop, desktop) = (device(), device());
    for number in 0..17 {
        let more = format!("{number:02} ").repeat(350_000);
        laptop.create(&Note { text: format!("{number:02}"), more }).unwrap();
    }
    laptop.sync(&server.client()).await.unwrap();
    let before = server.calls();
    desktop.sync(&server.client()).await.unwrap();
    assert_eq!(notes(&laptop), notes(&desktop));
    let called = server.functions().split_off(before);
    let pages = called.iter().filter(|it| it.contains("getFullState")).count();
    assert!(pages <= 2, "{called:?}");
}

/// Syncs until so many calls were made, then dies.
async fn killed_after(replica: &Replica, server: &Server, calls: usize) {
    let client = server.client();
    let end = server.calls() + calls;
    let mut sync = Box::pin(replica.sync(&client));
    let reached = std::future::poll_fn(|context| {
        let done = sync.as_mut().poll(context);
        assert!(done.is_pending(), "it was over before: {done:?}");
        if server.calls() >= end { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    });
    reached.await;
}

#[tokio::test]
async fn a_first_sync_that_is_killed_at_half_goes_on_from_there() {
    let (server, _) = deployment(false).await;
    let (laptop, desktop) = (device(), device());
    let all: usize = 5_000;
    for number in 0..all {
        laptop.create(&Note { text: format!("{number:04}"), ..Note::default() }).unwrap();
    }
    // Up: ten batches, of which five are on their way or there.
    killed_after(&laptop, &server, 8).await;
    let waiting = laptop.read(|tx| tx.queue_counts()).unwrap().waiting;
    assert!((1_500..=3_500).contains(&waiting), "{waiting} wait");
    let report = laptop.sync(&server.client()).await.unwrap();
    // A batch that had arrived, though its answer was never read, is not sent again.
    assert!((waiting - 500..=waiting).contains(&report.sent), "{} of {waiting}", report.sent);
    // Down: ten pages.
    killed_after(&desktop, &server, 6).await;
    let here = notes(&desktop).len();
    assert!((1_500..=3_500).contains(&here), "{here} came");
    let report = desktop.sync(&server.client()).await.unwrap();
    assert_eq!(report.received, (all - here) as u64);
    assert_eq!(notes(&laptop), notes(&desktop));
    assert_eq!(laptop.digest().unwrap(), desktop.digest().unwrap());
}
