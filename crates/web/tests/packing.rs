//! Answers go packed to who takes them so.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod visit;

use driftline_entities::sessions::Session;

use crate::visit::{Visit, wire};

#[test]
fn pages_go_packed_to_who_takes_them_so() {
    let visit = Visit::new();
    for it in 0..100 {
        let name = Some(format!("Session {it}"));
        visit.replica.create(&Session { name, ..Session::default() }).unwrap();
    }
    let plain = visit.get("/fragment/e/sessions");
    assert!(!plain.head.to_ascii_lowercase().contains("content-encoding"));
    let (head, body) = wire(&visit, "/fragment/e/sessions");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    assert!(body.len() * 4 < plain.body.len(), "{} of {}", body.len(), plain.body.len());
    for (name, value) in
        [("content-security-policy", "default-src 'none'"), ("vary", "accept-encoding")]
    {
        assert!(head.contains(&format!("{name}: {value}")), "{head}");
    }
}

#[test]
fn what_must_not_wait_and_what_is_short_go_as_they_are() {
    let visit = Visit::new();
    for path in ["/events", "/fragment/no/such/page"] {
        let (head, _) = wire(&visit, path);
        assert!(!head.contains("content-encoding"), "{path}: {head}");
    }
}
