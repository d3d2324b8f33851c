//! Answers of a hostile or broken deployment: nothing of them is taken, and nothing
//! panics.

use crate::common::{Note, Reply, Server, accepted, device, page, pull, push, row_text};
use driftline_core::{Backend, Value, device, store::Find};
use serde_json::json;

async fn pulled(value: &Value) -> &'static str {
    let server = Server::always(Reply::value(value)).await;
    server.client().pull(pull(3)).await.map_or_else(|it| it.code(), |_| "ok")
}

fn with(value: &Value, at: &str, to: Value) -> Value {
    let mut value = value.clone();
    *value.pointer_mut(at).unwrap() = to;
    value
}

#[tokio::test]
async fn a_page_of_the_wrong_form_is_refused() {
    let row = row_text("notes", "a", &[("text", "\"x\"")]);
    let good = page(&[row]);
    assert_eq!(pulled(&good).await, "ok");
    let wrong = [json!(null), json!(-1), json!(2.5), json!("7"), json!([]), json!(1e300)];
    for at in ["/protocol", "/head", "/next", "/time"] {
        for value in &wrong {
            let expected = if at == "/time" && value.is_null() { "ok" } else { "bad_answer" };
            assert_eq!(pulled(&with(&good, at, value.clone())).await, expected, "{at} {value}");
        }
    }
    for (at, value) in [
        ("/identity", json!(null)),
        ("/identity/person", json!("")),
        ("/identity/person", json!("a\u{1b}[31m")),
        ("/identity/account", json!("x".repeat(10_000))),
        ("/identity/epoch", json!(1)),
        ("/changes", json!(null)),
        ("/changes", json!([null])),
        ("/changes", json!([{}])),
        ("/changes/0", json!("")),
        ("/digests", json!({ "notes": "123" })),
        ("/digests", json!({ "notes": 123 })),
        ("/next", json!(8)),
        ("/next", json!(3)),
    ] {
        assert_eq!(pulled(&with(&good, at, value.clone())).await, "bad_answer", "{at} {value}");
    }
}

#[tokio::test]
async fn a_page_of_a_million_rows_is_refused() {
    assert_eq!(pulled(&page(&vec![String::new(); 1_000_000])).await, "bad_answer");
}

#[tokio::test]
async fn what_is_not_known_is_kept() {
    let rows = [
        row_text("notes", "a", &[("added_later", "{\"x\":[1.5]}"), ("text", "\"x\"")]),
        row_text("strangers", "b", &[("name", "\"y\"")]),
    ];
    let mut value = page(&rows);
    value["added_later"] = json!({ "x": 1 });
    value["identity"]["added_later"] = json!(true);
    let (server, replica) = (Server::always(Reply::value(&value)).await, device());
    replica.sync(&server.client()).await.unwrap();
    let notes = replica.list::<Note>(&Find::new()).unwrap();
    assert_eq!(notes[0].value.text, "x");
    let stored = replica.store().view(|tx| tx.get("notes", notes[0].id)).unwrap().unwrap();
    assert_eq!(stored.row.value("added_later"), Some(&json!({ "x": [1.5] })));
    let entities = replica.store().view(|tx| tx.stored_entities()).unwrap();
    assert!(entities.contains(&"strangers".to_owned()));
}

#[tokio::test]
async fn answers_of_the_wrong_form_are_refused() {
    let good = accepted();
    for (at, value) in [
        ("/answers", json!([])),
        ("/answers/0/kind", json!("unheard_of")),
        ("/answers/0/hash", json!("FF000000000000ff")),
        ("/answers/0/seq", json!(-1)),
        ("/answers/0", json!({ "kind": "need_chunks", "hashes": ["x"] })),
        ("/answers/0", json!({ "kind": "need_chunks", "hashes": [] })),
        ("/recorded", json!([[1.0]])),
        ("/recorded", json!([[1.0, "x"]])),
        ("/digests", json!(null)),
        ("/head", json!(null)),
    ] {
        let server = Server::always(Reply::value(&with(&good, at, value.clone()))).await;
        let error = server.client().push(push()).await.unwrap_err();
        assert_eq!(error.code(), "bad_answer", "{at} {value}");
    }
}

#[tokio::test]
async fn a_chunk_that_is_not_what_it_should_be_stops_the_page() {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let stamp = "1".to_owned() + &"0".repeat(36);
    let id = "01930000-0000-7000-8000-000000000000";
    let row = json!({ "entity": "notes", "id": id, "cells": [["text", stamp, "", [hash]]] });
    for chunks in [json!([null]), json!(["abd"]), json!([]), json!(["abc"]), json!(["abc", "x"])] {
        let answer = Reply::value(&json!({ "chunks": chunks }));
        let replies = vec![Reply::value(&page(&[row.to_string()])), answer];
        let (server, replica) = (Server::script(replies).await, device());
        let error = replica.sync(&server.client()).await.unwrap_err();
        // `abc` has that hash, and is no JSON.
        assert_eq!(error.code(), "bad_answer", "{chunks}");
        assert_eq!(replica.store().view(device::link).unwrap().cursor, 0);
        assert!(replica.list::<Note>(&Find::new()).unwrap().is_empty());
    }
}

#[tokio::test]
async fn another_account_is_not_taken_and_another_protocol_neither() {
    let good = page(&[]);
    for (other, code) in [
        (
            with(&good, "/identity", json!({ "person": "p:2", "account": "b", "epoch": "f" })),
            "wrong_account",
        ),
        (with(&good, "/protocol", json!(9.0)), "protocol"),
    ] {
        let replica = device();
        let first = Server::always(Reply::value(&good)).await;
        replica.sync(&first.client()).await.unwrap();
        replica.create(&Note { text: "x".into(), ..Note::default() }).unwrap();
        let second = Server::always(Reply::value(&other)).await;
        assert_eq!(replica.sync(&second.client()).await.unwrap_err().code(), code);
        assert_eq!(replica.store().view(|tx| tx.queue_sizes()).unwrap(), (1, 0));
        assert!(second.functions().iter().all(|it| !it.contains("push")));
    }
}

#[tokio::test]
async fn a_cursor_that_goes_back_starts_over() {
    let replica = device();
    let first = Server::always(Reply::value(&page(&[]))).await;
    replica.sync(&first.client()).await.unwrap();
    let mut back = page(&[]);
    (back["head"], back["next"]) = (json!(2.0), json!(2.0));
    let second = Server::always(Reply::value(&back)).await;
    let report = replica.sync(&second.client()).await.unwrap();
    assert_eq!(report.restarts, 1);
    assert_eq!(replica.store().view(device::link).unwrap().cursor, 2);
}

#[tokio::test]
async fn an_answer_cut_anywhere_is_not_taken() {
    let row = row_text("notes", "a", &[("text", "\"x\"")]);
    let body = json!({ "status": "success", "value": page(&[row]) }).to_string();
    let whole = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let open = format!("HTTP/1.1 200 OK\r\n\r\n{body}");
    for text in [&whole, &open] {
        let cuts = (0..text.len()).map(|at| Reply::Bytes(text.as_bytes()[..at].to_vec()));
        let server = Server::script(cuts.collect()).await;
        let (client, replica) = (server.client(), device());
        for at in 0..text.len() {
            let error = replica.sync(&client).await.unwrap_err();
            assert!(error.is_transient(), "cut at {at}: {error:?}");
            assert_eq!(replica.store().view(device::link).unwrap().cursor, 0);
        }
    }
}

#[tokio::test]
async fn no_damage_to_an_answer_causes_a_panic() {
    let row = row_text("notes", "a", &[("more", "{\"b\":[1.5,null]}"), ("text", "\"x\"")]);
    for value in [page(&[row]), accepted()] {
        let body = json!({ "status": "success", "value": value }).to_string().into_bytes();
        let good = body.clone();
        let mut state = 1_u64;
        let server = Server::start(move |_| {
            let mut body = good.clone();
            let mut draw = |below: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                usize::try_from(state >> 33).unwrap() % below
            };
            for _ in 0..=draw(3) {
                let at = draw(body.len());
                match draw(4) {
                    0 => body[at] = u8::try_from(draw(256)).unwrap(),
                    1 => drop(body.remove(at)),
                    2 => body.insert(at, b"\"{}[],:0-.e\\ntfu"[draw(16)]),
                    _ => body[at] ^= 1 << draw(8),
                }
            }
            Reply::new(200, "Content-Type: application/json\r\n", &body)
        })
        .await;
        let client = server.client();
        for _ in 0..2_000 {
            let codes = [
                client.pull(pull(3)).await.err().map(|it| it.code()),
                client.push(push()).await.err().map(|it| it.code()),
            ];
            for code in codes.into_iter().flatten() {
                let known = ["bad_answer", "unavailable", "batch_failed", "protocol"];
                assert!(known.contains(&code), "{code}");
            }
        }
    }
}
