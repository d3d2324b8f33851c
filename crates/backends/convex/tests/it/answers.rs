//! Answers of a hostile or broken deployment: nothing of them is taken, and nothing
//! panics.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::common::{
    NOW, Note, Reply, Server, accepted, device, hurried, page, pull, push, row_text,
};
use driftline_core::{
    Backend, Id, Replica, Row, Schema, Stamp, Value, device, status::State, store::Find,
};
use driftline_memory::MemoryStore;
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
    let stored = replica.read(|tx| tx.get("notes", notes[0].id)).unwrap().unwrap();
    assert_eq!(stored.row.value("added_later"), Some(&json!({ "x": [1.5] })));
    let entities = replica.read(|tx| tx.stored_entities()).unwrap();
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
async fn chunks_that_were_not_asked_for_stop_the_page() {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let stamp = "1".to_owned() + &"0".repeat(36);
    let id = "01930000-0000-7000-8000-000000000000";
    let row = json!({ "entity": "notes", "id": id, "cells": [["text", stamp, "", [hash]]] });
    for chunks in [json!([]), json!(["abc", "x"])] {
        let answer = Reply::value(&json!({ "chunks": chunks }));
        let replies = vec![Reply::value(&page(&[row.to_string()])), answer];
        let (server, replica) = (Server::script(replies).await, device());
        let error = replica.sync(&server.client()).await.unwrap_err();
        assert_eq!(error.code(), "bad_answer", "{chunks}");
        assert_eq!(replica.read(|tx| device::link(tx)).unwrap().cursor.0, 0);
        assert!(replica.list::<Note>(&Find::new()).unwrap().is_empty());
    }
}

#[tokio::test]
async fn values_that_are_not_ours_stop_nobody() {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let stamp = Stamp::person(NOW, 0, 1);
    let id = Id::imported(0, &["chunked"]);
    let chunked = json!({ "entity": "notes", "id": id, "cells": [["text", stamp, "", [hash]]] });
    let rows = [
        row_text("notes", "a", &[("more", "\"kept\""), ("text", "2.0")]),
        row_text("notes", "b", &[("added_later", "1e300"), ("text", "\"x\"")]),
        chunked.to_string(),
        row_text("notes", "c", &[("text", "\"last\"")]),
    ];
    let mut value = page(&rows);
    let names = |row: &str| -> Row {
        let row: Value = serde_json::from_str(row).unwrap();
        let cells = row["cells"].as_array().unwrap().iter();
        cells
            .map(|it| {
                (
                    it[0].as_str().unwrap().to_owned(),
                    it[1].as_str().unwrap().parse().unwrap(),
                    Value::Null,
                )
            })
            .collect()
    };
    let id_of = |row: &str| {
        let row: Value = serde_json::from_str(row).unwrap();
        row["id"].as_str().unwrap().parse().unwrap()
    };
    let sum =
        rows.iter().fold(0_u64, |sum, it| sum.wrapping_add(names(it).hash("notes", id_of(it))));
    value["digests"] = json!({ "notes": format!("{sum:016x}") });
    let server = Server::start(move |request| match request.function().as_str() {
        // `abc` has that hash, and is no JSON.
        "sync:getChunks" => Reply::value(&json!({ "chunks": ["abc"] })),
        _ => Reply::value(&value),
    })
    .await;
    for _ in 0..2 {
        let replica = device();
        for received in [4, 4] {
            assert_eq!(replica.sync(&server.client()).await.unwrap().received, received);
        }
        let status = replica.status(Some("hub")).unwrap();
        assert_eq!(status.state, State::Synced, "{status:?}");
        let value = |id| replica.read(|tx| tx.get("notes", id)).unwrap().unwrap();
        let shown = |id| value(id).row.value("text").cloned().unwrap();
        assert_eq!(shown(id_of(&rows[0])), json!(2));
        assert_eq!(shown(id_of(&rows[2])), json!("abc"));
        assert_eq!(shown(id_of(&rows[3])), json!("last"));
        let far = value(id_of(&rows[1])).row.value("added_later").cloned();
        assert_eq!(far, Some(json!(1e300)));
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_set_aside_until_it_can() {
    let hash = ABC;
    let stamp = Stamp::person(NOW, 0, 1);
    let id = |name| Id::imported(0, &[name]);
    let cells = json!([["text", stamp, "", [hash]]]);
    let chunked = json!({ "entity": "notes", "id": id("chunked"), "cells": cells });
    let cells = json!([["text", stamp, "1", [], "a part of later"]]);
    let odd = json!({ "entity": "notes", "id": id("odd"), "cells": cells });
    let rows = [row_text("notes", "a", &[("text", "\"x\"")]), chunked.to_string(), odd.to_string()];
    let named = Row::from_iter([("text", stamp, Value::Null)]);
    let ids = ["a", "chunked", "odd"].map(id);
    let sum = ids.iter().fold(0_u64, |sum, it| sum.wrapping_add(named.hash("notes", *it)));
    let mut value = page(&rows);
    value["digests"] = json!({ "notes": format!("{sum:016x}") });
    let is_mended = Arc::new(AtomicBool::new(false));
    let mended = is_mended.clone();
    let server = Server::start(move |request| match request.function().as_str() {
        "sync:getChunks" if mended.load(Ordering::Relaxed) => {
            Reply::value(&json!({ "chunks": ["abc"] }))
        }
        "sync:getChunks" => Reply::value(&json!({ "chunks": [null] })),
        "sync:pushChanges" => {
            let mut done = accepted();
            (done["head"], done["digests"]) = (json!(7.0), value["digests"].clone());
            done["answers"][0]["seq"] = json!(7.0);
            Reply::value(&done)
        }
        _ if request.args()["cursor"] == json!(7) => {
            let mut empty = page(&[]);
            empty["digests"] = value["digests"].clone();
            Reply::value(&empty)
        }
        _ => Reply::value(&value),
    })
    .await;
    let store = Arc::new(MemoryStore::new(Schema::registered().unwrap()));
    let open = || Replica::open(store.clone(), crate::common::clock()).unwrap();
    let replica = open();
    for received in [1, 0] {
        let report = replica.sync(&server.client()).await.unwrap();
        assert_eq!((report.received, report.restarts), (received, 0));
        let status = replica.status(Some("hub")).unwrap();
        assert_eq!((status.state, status.unread, status.error), (State::Error, 2, None));
    }
    assert_eq!(replica.read(|tx| device::link(tx)).unwrap().cursor.0, 7);
    let aside = replica.read(|tx| device::unread(tx)).unwrap();
    let texts = aside.iter().map(|it| replica.read(|tx| device::unread_text(tx, it)));
    let texts: BTreeSet<_> = texts.map(Result::unwrap).collect();
    assert_eq!(texts, rows[1..].iter().cloned().collect());
    is_mended.store(true, Ordering::Relaxed);
    let replica = open();
    let report = replica.sync(&server.client()).await.unwrap();
    assert_eq!((report.restarts, replica.status(Some("hub")).unwrap().unread), (0, 1));
    let row = replica.read(|tx| tx.get("notes", id("chunked"))).unwrap().unwrap().row;
    assert_eq!(row.value("text"), Some(&json!("abc")));
    let link = replica.read(|tx| device::link(tx)).unwrap();
    assert_eq!((link.digests["notes"], link.compared.map(|it| it.differ)), (sum, Some(Vec::new())));
}

/// The name of the chunk `abc`.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[tokio::test]
async fn a_row_of_which_nothing_can_be_told_stops_nobody() {
    let rows = ["no row at all".to_owned(), row_text("notes", "a", &[("text", "\"x\"")])];
    let mut value = page(&rows);
    value["digests"] = json!({ "notes": "00000000000000ff" });
    let (server, replica) = (Server::always(Reply::value(&value)).await, device());
    for _ in 0..3 {
        let report = replica.sync(&server.client()).await.unwrap();
        assert_eq!((report.received, report.restarts), (1, 0));
        let status = replica.status(Some("hub")).unwrap();
        assert_eq!((status.state, status.unread), (State::Error, 1));
    }
    // It is not said that both sides were compared.
    assert_eq!(replica.read(|tx| device::link(tx)).unwrap().compared, None);
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
        assert_eq!(replica.read(|tx| tx.queue_counts()).unwrap().waiting, 1);
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
    assert_eq!(replica.read(|tx| device::link(tx)).unwrap().cursor.0, 2);
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
        let (client, replica) = (server.client(), hurried());
        for at in 0..text.len() {
            let error = replica.sync(&client).await.unwrap_err();
            assert!(error.is_transient(), "cut at {at}: {error:?}");
            assert_eq!(replica.read(|tx| device::link(tx)).unwrap().cursor.0, 0);
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
