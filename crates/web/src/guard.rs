//! Who may ask. Every web page that a person visits can send requests to this machine,
//! and a name of its own can be made to point here; so a request is looked at before
//! anything else is, its route included. What is asked for by a browser carries where the
//! asking page comes from, and only pages of this program may ask.

use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header, request::Parts};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Lets through what this program's own pages ask for.
pub(crate) struct Guard {
    /// The names that a browser can know this program by, with its port.
    hosts: [String; 2],
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) StatusCode, pub(crate) &'static str);

/// Who a request is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// A page of this program, or no page at all.
    Here,
    /// Another page that a window of the browser leaves for this program, as the page does
    /// that the program hands the browser. It may see the page without contents, no more.
    Elsewhere,
}

pub(crate) const FOREIGN: Refused =
    Refused(StatusCode::FORBIDDEN, "this is for pages of Driftline alone");

impl Guard {
    pub(crate) fn new(port: u16) -> Self {
        Self { hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")] }
    }

    /// Refuses what no page of this program would ask for.
    pub(crate) fn check(&self, request: &Parts) -> Result<Asker, Refused> {
        let plain = request.uri.scheme().is_none() && request.uri.authority().is_none();
        if !plain || !request.uri.path().starts_with('/') {
            return Err(FOREIGN);
        }
        // A name that was made to point here is still another name.
        let Some(Some(host)) = only(&request.headers, &header::HOST) else { return Err(FOREIGN) };
        if !self.hosts.iter().any(|it| it == host) {
            return Err(FOREIGN);
        }
        let reads = matches!(request.method, Method::GET | Method::HEAD);
        let origin = only(&request.headers, &header::ORIGIN);
        match origin {
            None if reads => (),
            Some(Some(origin)) if origin.strip_prefix("http://") == Some(host) => (),
            _ => return Err(FOREIGN),
        }
        let from = match only(&request.headers, &FETCH_SITE) {
            None | Some(Some("same-origin")) => Asker::Here,
            // Typed.
            Some(Some("none")) if reads => Asker::Here,
            Some(Some("cross-site")) if origin.is_none() && is_window(request) => Asker::Elsewhere,
            _ => return Err(FOREIGN),
        };
        if !reads && request.method != Method::POST {
            return Err(Refused(StatusCode::METHOD_NOT_ALLOWED, "there is only GET and POST"));
        }
        Ok(from)
    }
}

/// Whether a window of a browser, not a frame or a script, goes to what is asked for.
fn is_window(request: &Parts) -> bool {
    request.method == Method::GET
        && only(&request.headers, &FETCH_MODE) == Some(Some("navigate"))
        && only(&request.headers, &FETCH_DEST) == Some(Some("document"))
}

/// The one value of a header: none if it is missing, `Some(None)` if there are several or
/// it is no text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(match values.next() {
        None => first.to_str().ok(),
        Some(_) => None,
    })
}
