//! Programs of this machine that have no secret and want to keep its owner out.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::visit::Visit;
use driftline_testing::PATIENCE;
use driftline_web::Traded;

/// Many more than are served at once.
const MANY: usize = 200;

fn connect(visit: &Visit) -> TcpStream {
    let stream = TcpStream::connect(visit.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A request for something large that needs no secret.
fn style(visit: &Visit) -> String {
    format!("GET /assets/app.css HTTP/1.1\r\nhost: {}\r\n\r\n", visit.address())
}

/// A request whose body is longer than what comes.
fn half(visit: &Visit) -> String {
    let address = visit.address();
    format!(
        "POST /key HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\n\
         content-length: 100\r\n\r\ncode="
    )
}

/// The owner gets in and reads, whoever else is there.
fn owner_is_served(visit: &Visit) {
    assert!(visit.page("/").contains("<h1"));
    let code = visit.code();
    let traded = visit.trade(&code);
    assert_eq!(traded.body, visit.key());
}

#[test]
fn those_who_never_read_keep_nobody_out() {
    let visit = Visit::new();
    let requests = style(&visit).repeat(100);
    let crowd = (0..MANY).map(|_| {
        let mut stream = connect(&visit);
        // It may be pushed out already.
        let _ = stream.write_all(requests.as_bytes());
        stream
    });
    let crowd: Vec<_> = crowd.collect();
    owner_is_served(&visit);
    drop(crowd);
}

#[test]
fn those_who_never_finish_a_request_keep_nobody_out() {
    let visit = Visit::new();
    let half = half(&visit);
    let crowd = (0..MANY).map(|it| {
        let mut stream = connect(&visit);
        let part = if it % 2 == 0 { &half } else { "GET / HT" };
        let _ = stream.write_all(part.as_bytes());
        stream
    });
    let crowd: Vec<_> = crowd.collect();
    owner_is_served(&visit);
    drop(crowd);
}

/// As a browser keeps the stream of changes open. It is told the end of that, which whoever is
/// pushed out is not.
#[test]
fn a_connection_that_has_shown_the_secret_stays() {
    let mut visit = Visit::new();
    let mut own = connect(&visit);
    let (address, key) = (visit.address(), visit.key());
    let head = format!("GET /events HTTP/1.1\r\nhost: {address}\r\nx-driftline-key: {key}\r\n\r\n");
    own.write_all(head.as_bytes()).unwrap();
    let mut text = [0; 12];
    own.read_exact(&mut text).unwrap();
    assert_eq!(&text, b"HTTP/1.1 200");
    let crowd: Vec<_> = (0..MANY).map(|_| connect(&visit)).collect();
    owner_is_served(&visit);
    visit.stop();
    let mut rest = Vec::new();
    own.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"\r\n0\r\n\r\n"), "{}", String::from_utf8_lossy(&rest));
    drop(crowd);
}

#[test]
fn whoever_never_reads_is_given_up() {
    let visit = Visit::new();
    let (mut stream, requests) = (connect(&visit), style(&visit));
    while stream.write_all(requests.as_bytes()).is_ok() {}
    let error = stream.write_all(requests.as_bytes()).unwrap_err();
    let waited = [std::io::ErrorKind::WouldBlock, std::io::ErrorKind::TimedOut];
    assert!(!waited.contains(&error.kind()), "{error}");
}

#[test]
fn a_body_that_does_not_come_is_given_up() {
    let visit = Visit::new();
    let mut stream = connect(&visit);
    stream.write_all(half(&visit).as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
}

#[test]
fn guesses_do_not_spoil_a_code_and_its_second_use_is_told() {
    let mut visit = Visit::new();
    let code = visit.code();
    for _ in 0..30 {
        assert!(matches!(visit.trade("0").status, 401 | 429));
    }
    assert_eq!(visit.trade(&code).status, 200);
    for _ in 0..3 {
        assert_ne!(visit.trade(&code).status, 200);
    }
    let late = visit.code();
    visit.env.pass(60_000);
    assert_eq!(visit.trade(&late).status, 401);
    let told = visit.told();
    assert_eq!(told[1..], [Traded::Now { code }, Traded::Again, Traded::Late]);
}
