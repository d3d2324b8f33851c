//! What is packed on its way, and what never is.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::TcpStream,
};

use driftline_core::{Id, Timestamp};
use driftline_entities::{messages::Message, sessions::Session};
use flate2::read::GzDecoder;
use serde_json::json;

use crate::visit::Visit;

/// What a browser says.
const BROWSER: &str = "gzip, deflate, br, zstd";

/// The head, in small letters.
fn head(stream: &mut BufReader<TcpStream>) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
    }
    head.to_ascii_lowercase()
}

fn body(stream: &mut BufReader<TcpStream>, head: &str) -> Vec<u8> {
    let mut body = Vec::new();
    if !head.contains("transfer-encoding: chunked") {
        stream.read_to_end(&mut body).unwrap();
        return body;
    }
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let size = u64::from_str_radix(line.trim(), 16).unwrap();
        if size == 0 {
            return body;
        }
        stream.take(size).read_to_end(&mut body).unwrap();
        stream.read_line(&mut line).unwrap();
    }
}

/// What is answered to who takes `encodings`: whether it was packed, and its bytes.
fn fetch(visit: &Visit, path: &str, encodings: &str) -> (bool, Vec<u8>) {
    let mut stream = visit.ask_packed(path, encodings);
    let head = head(&mut stream);
    assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
    let body = body(&mut stream, &head);
    (head.contains("content-encoding: gzip"), body)
}

/// A session, and a message of it with a picture.
fn filled(visit: &Visit) -> (Id, Id) {
    let session = Session { name: Some("Story".into()), ..Session::default() };
    let session = visit.replica.create(&session).unwrap();
    let words = "A story that says the same again. ".repeat(100);
    // Three bytes each, that would pack to almost nothing.
    let picture = "AAAA".repeat(1_000);
    let message = Message {
        session: Some(session),
        role: Some("user".into()),
        created_at: Some(Timestamp(1_000)),
        blocks: Some(json!([
            {"type": "image", "media_type": "image/png", "data": picture},
            {"type": "text", "text": words},
        ])),
        ..Message::default()
    };
    (session, visit.replica.create(&message).unwrap())
}

#[test]
fn pages_and_what_they_need_are_packed_for_who_can_unpack() {
    let visit = Visit::new();
    let (session, _) = filled(&visit);
    let fragment = format!("/fragment/s/{session}");
    for path in [&*fragment, "/sessions", "/no/such/page", "/assets/app.js", "/assets/app.css"] {
        let mut stream = visit.ask_packed(path, BROWSER);
        let head = head(&mut stream);
        assert!(head.contains("content-encoding: gzip"), "{path}: {head}");
        // Kept or not, nobody takes the one for the other.
        assert!(head.contains("vary: accept-encoding"), "{path}: {head}");
        assert!(head.contains("content-security-policy: default-src 'none'"), "{path}: {head}");
        let (packed, mut text) = (body(&mut stream, &head), String::new());
        GzDecoder::new(&*packed).read_to_string(&mut text).unwrap();
        assert!(packed.len() * 2 < text.len(), "{path}: {} of {}", packed.len(), text.len());
        assert_eq!(visit.get(path).body, text, "{path}");
        // What is packed with what a stranger may have written must hold no secret.
        assert!(!text.contains(visit.key()), "{path}");
    }
}

#[test]
fn who_cannot_unpack_is_answered_plainly() {
    let visit = Visit::new();
    let (session, _) = filled(&visit);
    for encodings in ["identity", "br", "gzip;q=0", ""] {
        let (packed, body) = fetch(&visit, &format!("/fragment/s/{session}"), encodings);
        let text = String::from_utf8(body);
        assert!(!packed && text.is_ok_and(|it| it.contains("A story that says")), "{encodings}");
    }
}

#[test]
fn pictures_exports_and_outcomes_are_sent_as_they_are() {
    let visit = Visit::new();
    let (session, message) = filled(&visit);
    for path in [
        format!("/file/m/{message}/image/0"),
        format!("/file/s/{session}/export.json"),
        format!("/file/s/{session}/export.md"),
    ] {
        let (packed, body) = fetch(&visit, &path, BROWSER);
        assert!(!packed && body.len() > 1_024, "{path}: {}", body.len());
    }
}

#[test]
fn what_fits_into_a_packet_is_sent_as_it_is() {
    let visit = Visit::new();
    let mut stream = visit.ask_packed("/fragment/no/such/page", BROWSER);
    let head = head(&mut stream);
    assert!(!head.contains("content-encoding"), "{head}");
    assert!(!body(&mut stream, &head).is_empty());
}

#[test]
fn the_stream_of_changes_is_never_packed() {
    let visit = Visit::new();
    let head = head(&mut visit.ask_packed("/events", BROWSER));
    assert!(head.starts_with("http/1.1 200") && head.contains("text/event-stream"), "{head}");
    assert!(!head.contains("content-encoding"), "{head}");
}
