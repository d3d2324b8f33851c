//! What other pages, names and programs can ask of the app: nothing. Every request here
//! carries the right secrets, so that only the guard is left to refuse it, and is made on
//! every route that there is.
#![cfg(unix)]

use std::io::BufReader;

use crate::common::{
    Place,
    app::{self, App},
};
use driftline_web::{Route, routes};
use serde_json::Value;

/// A request as somebody else would make it: with these headers, and perhaps another
/// method or target.
#[derive(Debug, Default)]
struct Crafted {
    headers: Vec<(&'static str, String)>,
    method: Option<&'static str>,
    target: Option<String>,
}

fn crafted(port: u16, method: &str, path: &str) -> Vec<Crafted> {
    let own = format!("127.0.0.1:{port}");
    let origin = format!("http://{own}");
    let other = port.wrapping_add(1).max(1);
    let mut all = Vec::new();
    let hosts = [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("7f000001.rebind.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("evil-127.0.0.1:{port}"),
        "127.0.0.1".into(),
        "localhost".into(),
        format!("127.0.0.1:{other}"),
        format!("localhost:{other}"),
        format!("LOCALHOST:{port}"),
        format!("localhost.:{port}"),
        format!("127.0.0.1.:{port}"),
        format!("0.0.0.0:{port}"),
        format!("[::1]:{port}"),
        format!("[::ffff:127.0.0.1]:{port}"),
        format!("127.1:{port}"),
        format!("127.0.0.2:{port}"),
        format!("2130706433:{port}"),
        format!("0x7f000001:{port}"),
        format!("0177.0.0.1:{port}"),
        format!("user@127.0.0.1:{port}"),
        format!("127.0.0.1:{port}@evil.example"),
        format!("127.0.0.1:{port}, evil.example"),
        format!("127.0.0.1:0{port}"),
        format!("127.0.0.1:{port}/"),
        "169.254.169.254".into(),
        String::new(),
    ];
    for host in hosts {
        let origin = ("Origin", format!("http://{host}"));
        let headers = vec![("Host", host), origin];
        all.push(Crafted { headers, ..Crafted::default() });
    }
    for several in [[own.as_str(), "evil.example"], ["evil.example", own.as_str()]] {
        let mut headers: Vec<_> = several.map(|it| ("Host", it.to_owned())).into();
        headers.push(("Origin", origin.clone()));
        all.push(Crafted { headers, ..Crafted::default() });
    }
    let only_origin = vec![("Origin", origin.clone())];
    all.push(Crafted { headers: only_origin, ..Crafted::default() });
    let origins = [
        "null".to_owned(),
        String::new(),
        "*".into(),
        "http://evil.example".into(),
        format!("http://evil.example:{port}"),
        "https://evil.example".into(),
        format!("https://{own}"),
        "http://127.0.0.1".into(),
        format!("http://127.0.0.1:{other}"),
        format!("http://localhost:{port}"),
        format!("http://localhost:{other}"),
        format!("http://[::1]:{port}"),
        format!("http://{own}.evil.example"),
        format!("http://{own}/"),
        format!("HTTP://{own}"),
        format!("http://{own} http://evil.example"),
        format!("http://{own}, http://evil.example"),
        format!("http://user@{own}"),
        format!("ws://{own}"),
        "file://".into(),
        "data:".into(),
        "chrome-extension://abcdefghijklmnop".into(),
    ];
    for origin in origins {
        let headers = vec![("Host", own.clone()), ("Origin", origin)];
        all.push(Crafted { headers, ..Crafted::default() });
    }
    for several in [[origin.as_str(), "null"], ["http://evil.example", origin.as_str()]] {
        let mut headers = vec![("Host", own.clone())];
        headers.extend(several.map(|it| ("Origin", it.to_owned())));
        all.push(Crafted { headers, ..Crafted::default() });
    }
    let honest = || vec![("Host", own.clone()), ("Origin", origin.clone())];
    for site in ["cross-site", "same-site", "Same-Origin", "none, same-origin", "", "evil"] {
        let mut headers = honest();
        headers.push(("Sec-Fetch-Site", site.to_owned()));
        all.push(Crafted { headers, ..Crafted::default() });
    }
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
        all.push(Crafted { headers: honest(), method: Some(method), ..Crafted::default() });
    }
    for target in [format!("http://evil.example{path}"), format!("http://{own}{path}")] {
        all.push(Crafted { headers: honest(), target: Some(target), ..Crafted::default() });
    }
    if method == "POST" {
        // A form on another page, as browsers without the newer headers send it.
        all.push(Crafted { headers: vec![("Host", own)], ..Crafted::default() });
    }
    all
}

/// The secret that opens the door.
fn door(place: &Place) -> String {
    let text = std::fs::read_to_string(place.path("A/app.json")).unwrap();
    let told: Value = serde_json::from_str(&text).unwrap();
    told["secret"].as_str().unwrap().to_owned()
}

fn filled(route: &Route) -> String {
    let id = "0193ab40-1c00-7000-8000-000000000001";
    let path = route.path.replace("{entity}", "workspaces").replace("{id}", id);
    // Whatever else varies is a word.
    path.split('/')
        .map(|it| if it.starts_with('{') { "x" } else { it })
        .collect::<Vec<_>>()
        .join("/")
}

#[test]
fn crafted_requests_are_refused_on_every_route() {
    let place = Place::new();
    let app = place.app("A");
    let door = door(&place);
    let mut met = Vec::new();
    for (number, route) in routes().into_iter().enumerate() {
        let path = filled(&route);
        let all = crafted(app.address.port(), route.method, &path);
        assert!(all.len() >= 60, "{}", all.len());
        // The first route of each method meets all of them, every other one its share.
        let share = if met.contains(&route.method) { 12 } else { 1 };
        met.push(route.method);
        for it in all.into_iter().skip(number % share).step_by(share) {
            let mut headers: Vec<_> =
                it.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            headers.extend([("x-driftline-key", app.key.as_str()), ("x-driftline-door", &door)]);
            let target = it.target.as_deref().unwrap_or(&path);
            let method = it.method.unwrap_or(route.method);
            let answer = app.raw(method, target, &headers, "");
            let refused = matches!(answer.status, 400 | 403 | 405);
            assert!(refused, "{method} {path} {it:?}: {answer:?}");
            assert!(!answer.head.contains("access-control"), "{it:?}: {answer:?}");
            assert!(!answer.body.contains('<'), "{it:?}: {answer:?}");
        }
    }
}

#[test]
fn every_answer_carries_the_headers_that_fence_it_in() {
    let place = Place::new();
    let app = place.app("A");
    for route in routes().iter().filter(|it| it.method == "GET" && it.path != "/events") {
        let answer = app.ask("GET", &filled(route), &[("x-driftline-key", &app.key)], "");
        for header in [
            "content-security-policy: default-src 'none'; script-src 'self';",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
        ] {
            assert!(answer.head.contains(header), "{route:?}: {header}: {answer:?}");
        }
        assert!(!answer.head.contains("set-cookie"), "{route:?}");
    }
}

#[test]
fn without_the_secret_there_is_nothing_but_an_empty_page() {
    let place = Place::new();
    place.ok("A", &["add", "workspaces", "path=/secret/place"]);
    let app = place.app("A");
    let origin = app.origin();
    let one_off = format!("{}0", &app.key[1..]);
    for route in routes() {
        let path = filled(&route);
        for key in ["", "0", &app.key[1..], &one_off, &app.code] {
            let headers = [("Origin", origin.as_str()), ("x-driftline-key", key)];
            let answer = app.ask(route.method, &path, &headers, "");
            assert!(!answer.body.contains("/secret/place"), "{route:?}: {answer:?}");
            if route.secret {
                assert!(matches!(answer.status, 401 | 429), "{route:?} {key}: {answer:?}");
            }
        }
    }
    assert!(app.page("/e/workspaces").body.contains("/secret/place"), "guesses lock nobody out");
}

#[test]
fn a_code_lets_one_browser_in() {
    let place = Place::new();
    let app = place.app("A");
    assert_eq!(app.trade(&app.code).status, 401, "it was used");
    assert_eq!(app.trade("").status, 401);
    assert_eq!(app.trade(&app.key).status, 401);
    let mut again = place.command("A", &["open", "--no-browser", "--json"]);
    let output = again.output().unwrap();
    let (address, code) = app::parts(&app::link(&mut BufReader::new(&output.stdout[..])));
    assert_eq!(address, app.address, "a second start finds the app that runs");
    assert_eq!(app.trade(&code).body, app.key);
    assert_eq!(app.trade(&code).status, 401);
    for _ in 0..30 {
        app.trade("0");
    }
    assert_eq!(app.trade("0").status, 429, "guesses are limited");
}

/// The page that the program hands the browser leads on from a file, which to the browser
/// is another site.
#[test]
fn a_window_may_come_from_elsewhere_to_the_empty_page_alone() {
    let place = Place::new();
    let app = place.app("A");
    let window = [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
    ];
    for route in routes() {
        let path = filled(&route);
        let key = ("x-driftline-key", app.key.as_str());
        let headers: Vec<_> = window.into_iter().chain([key]).collect();
        let answer = app.ask(route.method, &path, &headers, "");
        let is_page = routes().iter().any(|it| it.path == format!("/fragment{}", route.path));
        let is_shell = route.method == "GET" && is_page && route.path != "/no/such/page";
        assert_eq!(answer.status, if is_shell { 200 } else { 403 }, "{route:?}: {answer:?}");
        if is_shell {
            let plain = app.ask("GET", &path, &[], "");
            assert_eq!(answer.body, plain.body, "{route:?}");
        }
        for (left, other) in [(1, "cors"), (1, "no-cors"), (2, "iframe"), (2, "script"), (2, "")] {
            let mut headers = headers.clone();
            headers[left].1 = other;
            assert_eq!(app.ask(route.method, &path, &headers, "").status, 403, "{route:?} {other}");
        }
    }
}

#[test]
fn the_door_opens_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    let app: App = place.app("A");
    let mode = std::fs::metadata(place.path("A/app.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let origin = app.origin();
    for wrong in ["", "0", &app.key, &app.code] {
        let headers = [("Origin", origin.as_str()), ("x-driftline-door", wrong)];
        assert_eq!(app.ask("POST", "/door", &headers, "").status, 401, "{wrong}");
    }
}

#[test]
fn what_is_too_large_is_not_read() {
    let place = Place::new();
    let app = place.app("A");
    let (origin, body) = (app.origin(), "a".repeat((1 << 20) + 1));
    let headers = [("Origin", origin.as_str()), ("x-driftline-key", &app.key)];
    let answer = app.ask("POST", "/action/e/workspaces", &headers, &body);
    assert_eq!(answer.status, 413, "{answer:?}");
}
