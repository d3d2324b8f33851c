//! Servers that take their time. The clock is virtual: nothing here waits.

use std::{io, sync::Arc, time::Duration};

use crate::common::{Reply, Server, TOKEN, Tokens, clock, page, pull};
use driftline_convex::{Convex, Origin};
use driftline_core::Backend;
use reqwest::dns::{Name, Resolve, Resolving};
use tokio::time::Instant;

async fn gives_up(reply: Reply, longest: u64) {
    let server = Server::always(reply).await;
    let start = Instant::now();
    let error = server.client().pull(pull(0)).await.unwrap_err();
    assert_eq!(error.code(), "unavailable", "{error:?}");
    assert!(start.elapsed() <= Duration::from_secs(longest), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up() {
    gives_up(Reply::Stall(Vec::new()), 61).await;
    gives_up(Reply::Stall(b"HTTP/1.1 200 OK\r\n".to_vec()), 61).await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stands_still_or_trickles_is_given_up() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{".to_vec();
    gives_up(Reply::Stall(head.clone()), 32).await;
    gives_up(Reply::Trickle(head, vec![b' '; 99_999]), 32).await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_that_comes_to_an_end_is_taken() {
    let whole = serde_json::json!({ "status": "success", "value": page(&[]) }).to_string();
    let (first, rest) = whole.split_at(whole.len() - 20);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{first}", whole.len());
    let server = Server::always(Reply::Trickle(head.into(), rest.into())).await;
    assert_eq!(server.client().pull(pull(0)).await.unwrap().head.0, 7);
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    for head in ["", "Content-Length: 99999999999\r\n"] {
        let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n");
        let server = Server::always(Reply::Endless(head.into(), vec![b' '; 1 << 20])).await;
        assert_eq!(server.client().pull(pull(0)).await.unwrap_err().code(), "bad_answer");
    }
}

struct Nowhere;

impl Resolve for Nowhere {
    fn resolve(&self, name: Name) -> Resolving {
        assert_eq!(name.as_str(), "deployment.invalid");
        Box::pin(async { Err(io::Error::other("no such name").into()) })
    }
}

#[tokio::test]
async fn a_name_that_is_not_found_is_unavailable() {
    let origin = Origin::of_deployment("https://deployment.invalid").unwrap();
    let tokens = Tokens::new(Some(TOKEN), &[]);
    let client =
        Convex::with_resolver(origin, clock(), Some(tokens), Some(Arc::new(Nowhere))).unwrap();
    assert_eq!(client.pull(pull(0)).await.unwrap_err().code(), "unavailable");
}
