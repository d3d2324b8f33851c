//! What goes wrong on the way: each fault becomes an error of the class that makes the
//! engine do the right thing, one line in the log, and no loss.

use std::sync::Arc;

use crate::common::{
    NOW, Note, Reply, SECRET, Server, TOKEN, Tokens, accepted, clock, device, hurried, log::Log,
    page, pull, push,
};
use driftline_convex::{Convex, Origin};
use driftline_core::{Backend, Error, Identity, device, store::QueueCounts};
use serde_json::json;

/// The classes of a pull's and a push's error.
async fn classes(reply: Reply) -> [&'static str; 2] {
    let log = Log::of_this_thread();
    let server = Server::always(reply).await;
    let pulled = server.client().pull(pull(3)).await.unwrap_err();
    log.take();
    let pushed = server.client().push(push()).await.unwrap_err();
    let lines = log.take();
    let warnings: Vec<_> = lines.iter().filter(|it| it.0 == tracing::Level::WARN).collect();
    assert_eq!(warnings.len(), 1, "one line for each failure: {lines:?}");
    assert!(warnings[0].1.contains("todo="), "{lines:?}");
    for text in lines.iter().map(|it| it.1.clone()).chain([format!("{pulled:?} {pushed:?}")]) {
        assert!(!text.contains(SECRET) && !text.contains(TOKEN), "{text}");
    }
    [pulled.code(), pushed.code()]
}

#[tokio::test]
async fn a_status_has_its_class() {
    let text = |code: &str| json!({ "code": code, "message": SECRET });
    for (status, code, [pulled, pushed]) in [
        (400, "BadJsonBody", ["unavailable", "batch_failed"]),
        (400, "BadConvexFunctionIdentifier", ["bad_answer"; 2]),
        (400, "ClientVersionUnsupported", ["bad_answer"; 2]),
        (400, "AuthProviderDiscoveryFailed", ["unavailable"; 2]),
        (401, "AuthProviderDiscoveryFailed", ["unavailable"; 2]),
        (404, "AuthProviderDiscoveryFailed", ["unavailable"; 2]),
        (503, "AuthProviderDiscoveryFailed", ["unavailable"; 2]),
        (404, "FunctionPathNotFound", ["unavailable"; 2]),
        (400, "InvalidAdminKey", ["signed_out"; 2]),
        (401, "Unauthenticated", ["signed_out"; 2]),
        (401, "NoAuthProvider", ["signed_out"; 2]),
        (403, "Forbidden", ["unavailable"; 2]),
        (404, "NotFound", ["unavailable"; 2]),
        (407, "", ["unavailable"; 2]),
        (408, "", ["unavailable"; 2]),
        (413, "", ["unavailable", "batch_failed"]),
        (418, "", ["bad_answer"; 2]),
        (421, "", ["unavailable"; 2]),
        (425, "", ["unavailable"; 2]),
        (429, "TooManyWrites", ["unavailable"; 2]),
        (500, "InternalServerError", ["unavailable"; 2]),
        (503, "OptimisticConcurrencyControlFailure", ["unavailable"; 2]),
        (560, "", ["unavailable"; 2]),
        (599, "", ["unavailable"; 2]),
        (204, "", ["bad_answer"; 2]),
    ] {
        let reply = Reply::json(status, &text(code));
        assert_eq!(classes(reply).await, [pulled, pushed], "{status} {code}");
        if ![400, 401, 204, 418].contains(&status) {
            let page = Reply::new(status, "Content-Type: text/html\r\n", b"<html>");
            assert_eq!(classes(page).await, [pulled, pushed], "{status} as a page");
        }
    }
}

#[tokio::test]
async fn a_code_of_a_function_has_its_class() {
    for (data, [pulled, pushed]) in [
        (json!({ "code": "unauthenticated" }), ["signed_out"; 2]),
        (json!({ "code": "moved" }), ["moved"; 2]),
        (json!({ "code": "old_call", "last": 7.0 }), ["old_call"; 2]),
        (json!({ "code": "old_call" }), ["bad_answer"; 2]),
        (json!({ "code": "old_call", "last": -1 }), ["unavailable", "batch_failed"]),
        (json!({ "code": "protocol", "theirs": 9.0 }), ["protocol"; 2]),
        (json!({ "code": "protocol", "theirs": 0.0 }), ["protocol"; 2]),
        (json!({ "code": "bad_request" }), ["bad_answer"; 2]),
        (json!({ "code": "something", "message": SECRET }), ["unavailable", "batch_failed"]),
        (json!("text"), ["unavailable", "batch_failed"]),
        (json!(null), ["unavailable", "batch_failed"]),
    ] {
        // A page that fails without a name is first asked for with fewer rows.
        let log = Log::of_this_thread();
        let server = Server::always(Reply::thrown(&data)).await;
        assert_eq!(server.client().pull(pull(3)).await.unwrap_err().code(), pulled, "{data}");
        assert!(server.calls() <= 5, "{}", server.calls());
        assert_eq!(server.client().push(push()).await.unwrap_err().code(), pushed, "{data}");
        let lines = log.take();
        assert!(lines.iter().all(|it| !it.1.contains("the-content")), "{lines:?}");
    }
}

/// A failure of a function in words, as only a deployment for development shows them.
fn in_words(text: &str) -> Reply {
    let message = format!("[Request ID: 1] Server Error\nUncaught Error: {text}");
    Reply::json(200, &json!({ "status": "error", "errorMessage": message }))
}

#[tokio::test]
async fn functions_that_are_not_deployed_park_nothing() {
    let reply = in_words("Could not find public function for 'sync:pushChanges'.");
    assert_eq!(classes(reply).await, ["unavailable"; 2]);
}

#[tokio::test]
async fn a_deployment_that_runs_no_functions_says_why_where_it_does() {
    for (text, why) in [
        (
            "You have exceeded the free plan limits, so your deployments have been disabled. \
             Please upgrade to a Pro plan or reach out to us at support@convex.dev for help.",
            "free plan",
        ),
        (
            "You have exceeded your spending limits, so your deployments have been disabled. \
             Please increase your spending limit on the Convex dashboard or wait until limits \
             reset.",
            "spending limit",
        ),
        (
            "This deployment has been disabled because it exceeded a configured usage limit. \
             Update or disable the usage limit in the Convex dashboard in deployment settings \
             to resume function execution.",
            "usage limit",
        ),
        (
            "Cannot run functions while this deployment is paused. Resume the deployment in the \
             dashboard settings to allow functions to run.",
            "paused",
        ),
        (
            "Cannot run functions while this deployment is suspended. Please contact Convex if \
             you believe this is a mistake.",
            "suspended",
        ),
    ] {
        assert_eq!(classes(in_words(text)).await, ["unavailable"; 2], "{text}");
        let server = Server::always(in_words(text)).await;
        let error = server.client().push(push()).await.unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_deployment_that_is_disabled_during_an_upload_parks_nothing() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    // The first push is taken, then every call fails as in production, then all work again.
    let off = Arc::new(AtomicUsize::new(0));
    let state = off.clone();
    let server = Server::start(move |request| {
        let is_push = request.function().contains("push");
        if state.load(Ordering::Relaxed) == 2 {
            return Reply::unnamed();
        }
        if !is_push {
            let mut empty = page(&[]);
            (empty["head"], empty["next"]) = (json!(0.0), json!(0.0));
            return Reply::value(&empty);
        }
        if state.load(Ordering::Relaxed) == 0 {
            state.store(2, Ordering::Relaxed);
        }
        let rows = request.args()["changes"].as_array().unwrap().len();
        let answer = json!({ "kind": "accepted", "seq": 1.0, "hash": "00000000000000ff" });
        let mut done = accepted();
        done["answers"] = (0..rows).map(|_| answer.clone()).collect();
        (done["head"], done["digests"]) = (json!(0.0), json!({}));
        Reply::value(&done)
    })
    .await;
    let replica = hurried();
    for number in 0..1_202 {
        replica.create(&Note { text: number.to_string(), ..Note::default() }).unwrap();
    }
    let client = server.client();
    assert_eq!(replica.sync(&client).await.unwrap_err().code(), "unavailable");
    assert!(server.calls() < 12, "{} calls to find out that nothing works", server.calls());
    assert_eq!(replica.read(|tx| tx.queue_counts()).unwrap().waiting, 702);
    assert_eq!(replica.sync(&client).await.unwrap_err().code(), "unavailable");
    assert_eq!(replica.read(|tx| tx.queue_counts()).unwrap().waiting, 702);
    off.store(1, Ordering::Relaxed);
    assert_eq!(replica.sync(&client).await.unwrap().sent, 702);
    assert_eq!(replica.read(|tx| tx.queue_counts()).unwrap(), QueueCounts::default());
}

#[tokio::test]
async fn a_page_that_fails_is_asked_for_with_fewer_rows() {
    let server = Server::start(|request| match request.args()["rows"].as_u64() {
        Some(rows) if rows < 100 => Reply::value(&page(&[])),
        _ => Reply::unnamed(),
    })
    .await;
    assert_eq!(server.client().pull(pull(3)).await.unwrap().head.0, 7);
    assert_eq!(server.calls(), 2);
}

#[tokio::test]
async fn a_captive_portal_is_no_answer() {
    let html = b"<!DOCTYPE html><title>Sign in to the wifi</title>";
    for reply in [
        Reply::new(200, "Content-Type: text/html\r\n", html),
        Reply::new(200, "Content-Type: application/json\r\n", b"  <html>"),
        Reply::new(302, "Location: http://portal.invalid/\r\n", b""),
    ] {
        assert_eq!(classes(reply).await, ["unavailable"; 2]);
    }
    for body in [&b""[..], b"null", b"OK", b"[]", b"{}", b"\"\"", b"\xff\xfe{", b"{\"status\":1}"] {
        assert_eq!(classes(Reply::new(200, "", body)).await, ["bad_answer"; 2], "{body:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::always(Reply::value(&page(&[]))).await;
    for status in [301, 302, 303, 307, 308] {
        let server =
            Server::always(Reply::new(status, &format!("Location: {}/\r\n", elsewhere.url), b""))
                .await;
        let error = server.client().pull(pull(0)).await.unwrap_err();
        assert_eq!(error.code(), "unavailable");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("network wants a sign-in"), "{cause}");
    }
    assert_eq!(elsewhere.calls(), 0);
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_renewed_once() {
    for refusal in [
        Reply::json(401, &json!({ "code": "Unauthenticated", "message": "" })),
        Reply::thrown(&json!({ "code": "unauthenticated" })),
    ] {
        let taken = vec![refusal.clone(), Reply::value(&page(&[]))];
        let server = Server::script(taken).await;
        let tokens = Tokens::new(Some("first"), &[Some("second")]);
        server.client_with(tokens.clone()).pull(pull(0)).await.unwrap();
        let sent: Vec<_> = {
            let requests = server.requests.lock().unwrap();
            requests.iter().map(|it| it.header("authorization").unwrap().to_owned()).collect()
        };
        assert_eq!(sent, ["Bearer first", "Bearer second"]);
        assert!(tokens.origins.lock().unwrap().iter().all(|it| *it == server.url));

        for (next, calls) in [(vec![Some("second")], 2), (vec![None], 1), (vec![Some("first")], 1)]
        {
            let server = Server::always(refusal.clone()).await;
            let client = server.client_with(Tokens::new(Some("first"), &next));
            assert_eq!(client.pull(pull(0)).await.unwrap_err().code(), "signed_out");
            assert_eq!(server.calls(), calls);
        }
    }
    let server = Server::always(Reply::value(&page(&[]))).await;
    for token in [None, Some("two\r\nlines: x")] {
        let client = server.client_with(Tokens::new(token, &[]));
        assert_eq!(client.pull(pull(0)).await.unwrap_err().code(), "signed_out");
    }
    assert_eq!(server.calls(), 0, "nothing is sent without a token");
}

#[tokio::test]
async fn a_wish_to_be_left_alone_is_passed_on() {
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (header, expected) in [
        ("Retry-After: 7\r\n", Some(7_000)),
        ("Retry-After: 99999999999999999999\r\n", None),
        ("Retry-After: 1000000000\r\n", Some(1_000_000_000_000)),
        ("Retry-After: -1\r\n", None),
        ("Retry-After: soon\r\n", None),
        ("Retry-After: Sun, 06 Nov 1994 08:50:37 GMT\r\n", Some(60_000)),
        ("Retry-After: Sun, 06 Nov 1994 08:00:00 GMT\r\n", Some(0)),
        ("", None),
    ] {
        let server = Server::always(Reply::new(429, &format!("{date}{header}"), b"")).await;
        match server.client().pull(pull(0)).await.unwrap_err() {
            Error::Unavailable { retry_after, .. } => assert_eq!(retry_after, expected, "{header}"),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn the_time_comes_from_the_answer_or_its_header() {
    let mut without = page(&[]);
    without["time"] = json!(null);
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (value, time) in [(page(&[]), NOW + 123), (without, 784_111_777_000)] {
        let body = json!({ "status": "success", "value": value }).to_string();
        let server = Server::always(Reply::new(200, date, body.as_bytes())).await;
        assert_eq!(server.client().pull(pull(0)).await.unwrap().time, Some(time));
    }
    let server = Server::always(Reply::value(&accepted())).await;
    assert_eq!(server.client().push(push()).await.unwrap().time, None);
}

#[tokio::test]
async fn an_unreachable_deployment_is_unavailable() {
    let url = format!("http://127.0.0.1:{}", driftline_testing::closed_port());
    let tokens = || Some(Tokens::new(Some(TOKEN), &[]) as Arc<_>);
    let client = Convex::new(Origin::of_deployment(&url).unwrap(), clock(), tokens()).unwrap();
    assert_eq!(client.pull(pull(0)).await.unwrap_err().code(), "unavailable");
}

#[tokio::test]
async fn a_failed_sync_loses_nothing() {
    for reply in [
        Reply::json(503, &json!({ "code": "Overloaded", "message": "" })),
        Reply::new(200, "Content-Type: text/html\r\n", b"<html>"),
        Reply::new(200, "", b"{\"status\":\"success\",\"value\":{"),
        Reply::unnamed(),
        Reply::json(401, &json!({ "code": "Unauthenticated", "message": "" })),
        Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec()),
        Reply::Bytes(b"garbage\r\n\r\n".to_vec()),
        Reply::Bytes(Vec::new()),
    ] {
        // The first sync meets the fault at once, the second one after a page.
        for replies in [vec![reply.clone()], vec![Reply::value(&page(&[])), reply.clone()]] {
            let (server, replica) = (Server::script(replies).await, hurried());
            replica.create(&Note { text: SECRET.into(), ..Note::default() }).unwrap();
            let before = replica.read(|tx| device::link(tx)).unwrap();
            let page_came = server.client().pull(pull(0)).await.is_ok();
            _ = replica.sync(&server.client()).await.unwrap_err();
            let after = replica.read(|tx| device::link(tx)).unwrap();
            assert_eq!(after.cursor, before.cursor);
            assert!(after.identity.is_none() || page_came);
            let QueueCounts { waiting, parked, .. } = replica.read(|tx| tx.queue_counts()).unwrap();
            assert_eq!((waiting, parked), (1, 0));
        }
    }
}

#[tokio::test]
async fn only_the_row_at_fault_is_parked() {
    let server = Server::start(|request| {
        if !request.function().contains("push") {
            let mut empty = page(&[]);
            (empty["head"], empty["next"]) = (json!(0.0), json!(0.0));
            return Reply::value(&empty);
        }
        let rows = request.args()["changes"].as_array().unwrap().clone();
        if rows.iter().any(|it| it.as_str().unwrap().contains("poison")) {
            return Reply::unnamed();
        }
        let answer = json!({ "kind": "accepted", "seq": 1.0, "hash": "00000000000000ff" });
        let mut done = accepted();
        done["answers"] = rows.iter().map(|_| answer.clone()).collect();
        (done["head"], done["digests"]) = (json!(0.0), json!({}));
        Reply::value(&done)
    })
    .await;
    let replica = device();
    for number in 0..20 {
        let text = if number == 13 { "poison".to_owned() } else { number.to_string() };
        replica.create(&Note { text, ..Note::default() }).unwrap();
    }
    let report = replica.sync(&server.client()).await.unwrap();
    assert_eq!((report.sent, report.failed, report.parked), (19, 1, 0));
}

#[tokio::test]
async fn calls_say_who_makes_them() {
    let server = Server::always(Reply::value(&page(&[]))).await;
    let got = server.client().pull(pull(0)).await.unwrap();
    let person = "github:1".to_owned();
    assert_eq!(got.identity, Identity { person, account: "a".into(), epoch: "e".into() });
    server.client().pull(pull(3)).await.unwrap();
    let requests = server.requests.lock().unwrap();
    assert_eq!(requests[0].line, "POST /api/query HTTP/1.1");
    assert_eq!(requests[0].json()["format"], "json");
    assert!(requests[0].header("convex-client").unwrap().starts_with("driftline-"));
    assert_eq!(requests[0].function(), "sync:getFullState");
    assert_eq!(requests[1].function(), "sync:getChangesSince");
    assert_ne!(requests[0].args()["asked"], requests[1].args()["asked"]);
}
