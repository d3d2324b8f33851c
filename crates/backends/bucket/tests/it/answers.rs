//! What a person is told when a service refuses, or something else answers in its place.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::Arc,
};

use driftline_bucket::Options;
use driftline_core::{Error, SetUp as _};
use futures_executor::block_on;
use object_store::{RetryConfig, aws::AmazonS3Builder, client::SpawnedReqwestConnector};

use crate::{
    common::Given,
    sealed::{env, pull, schema},
    service::runtime,
};

/// A service that answers everything with this: its status, and what else is in the answer.
fn serves(status: &'static str, rest: String) -> Given {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream);
            let (mut line, mut length) = (String::new(), 0);
            while lines.read_line(&mut line).is_ok_and(|it| it > 2) {
                let header = line.to_lowercase();
                if let Some(it) = header.strip_prefix("content-length:") {
                    length = it.trim().parse().unwrap();
                }
                line.clear();
            }
            let _body = std::io::copy(&mut lines.take(length), &mut std::io::sink());
            let _gone = write!(&stream, "HTTP/1.1 {status}\r\nConnection: close\r\n{rest}");
        }
    });
    let store = AmazonS3Builder::new()
        .with_endpoint(format!("http://{address}"))
        .with_allow_http(true)
        .with_bucket_name("bucket")
        .with_region("us-east-1")
        .with_access_key_id("id")
        .with_secret_access_key("secret")
        .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
        .with_http_connector(SpawnedReqwestConnector::new(runtime().handle().clone()));
    Given::new(Arc::new(store.build().unwrap()))
}

fn answers(body: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

fn code(code: &str) -> String {
    answers(&format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>"))
}

/// What somebody is told who syncs with it, and who connects with it.
fn told(given: &Given) -> [Error; 2] {
    let env = env(60);
    let sync = pull(&given.bucket(schema(), &env, Options::default())).unwrap_err();
    [sync, block_on(given.set_up(true, &env).try_out()).unwrap_err()]
}

#[test]
fn each_refusal_says_what_to_do() {
    for (status, answer, says, helps) in [
        ("403 Forbidden", "InvalidAccessKeyId", "does not accept the credentials", "its secret"),
        ("403 Forbidden", "SignatureDoesNotMatch", "does not accept", "connect again"),
        ("403 Forbidden", "AccessDenied", "does not permit", "list, read, write and delete"),
        ("403 Forbidden", "RequestTimeTooSkewed", "another time", "set the clock"),
        ("400 Bad Request", "ExpiredToken", "have expired", "get new ones"),
        ("400 Bad Request", "AuthorizationHeaderMalformed", "another region", "set `region`"),
        ("301 Moved Permanently", "PermanentRedirect", "another region", "set `region`"),
        ("507 Insufficient Storage", "StorageFull", "no room left", "make room there"),
        ("507 Insufficient Storage", "Other", "no room left", "make room there"),
        ("403 Forbidden", "QuotaExceeded", "no room left", "make room there"),
        ("404 Not Found", "NoSuchBucket", "there is no bucket", "make the bucket first"),
    ] {
        for error in told(&serves(status, code(answer))) {
            let text = error.to_string();
            assert!(text.contains(says) && text.contains(helps), "{answer}: {text}");
            assert!(!error.is_transient(), "a person has to do something: {text}");
        }
    }
}

#[test]
fn what_passes_by_itself_is_tried_again() {
    for (status, answer) in [
        ("503 Slow Down", code("SlowDown")),
        ("500 Internal Server Error", code("InternalError")),
        ("200 OK", "Content-Length: 900\r\n\r\n{\"format\": 1".to_owned()),
        ("200 OK", "Content-Length: nine\r\n\r\n".to_owned()),
    ] {
        for error in told(&serves(status, answer)) {
            assert!(error.is_transient(), "{status}: {error}");
            assert!(error.to_string().contains("changes wait here"), "{status}: {error}");
        }
    }
}

#[test]
fn a_page_of_a_proxy_is_no_bucket() {
    let page = "<html><body>Please sign in to this network</body></html>";
    let headers = "Last-Modified: Sun, 29 Nov 2026 10:00:00 GMT\r\nETag: \"1\"\r\n";
    let given = serves("200 OK", format!("{headers}{}", answers(page)));
    for error in told(&given) {
        assert!(error.to_string().contains("with a web page"), "{error}");
    }
}
