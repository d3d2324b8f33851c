//! What a request to the listener means. There is one right request, compared as a whole:
//! its method, its host, and a target made of the path, the state and a code of eight
//! digits, in this order and nothing else.

use driftline_core::SecretString;

use super::page::Page;

const HEADERS: usize = 64;

/// The head of a request.
pub(super) enum Head {
    /// Method, target, and the one host it is for, if there is one.
    Of(String, String, Option<String>),
    /// What is not HTTP.
    Bad,
    /// What does not end.
    Long,
    /// What did not come in time.
    Slow,
}

/// What a request is.
pub(super) enum Request {
    /// The one that was waited for.
    Code(SecretString),
    /// The one that was waited for, but without a code.
    Denied,
    /// The one that was waited for, but the deployment is other people's.
    NotInvited(String),
    /// Another one, answered so.
    Other(Page),
}

impl Head {
    /// The head, once all of it is there.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(bytes) {
            Ok(httparse::Status::Complete(_)) => (),
            Ok(httparse::Status::Partial) => return None,
            Err(_) => return Some(Self::Bad),
        }
        let (Some(method), Some(target)) = (request.method, request.path) else {
            return Some(Self::Bad);
        };
        let hosts = request.headers.iter().filter(|it| it.name.eq_ignore_ascii_case("host"));
        let mut hosts = hosts.map(|it| String::from_utf8_lossy(it.value).into_owned());
        let host = hosts.next().filter(|_| hosts.next().is_none());
        Some(Self::Of(method.to_owned(), target.to_owned(), host))
    }
}

/// Judges a request to the listener on `port` that waits for `state`.
pub(super) fn judge(head: &Head, port: u16, state: &str) -> Request {
    let (method, target, host) = match head {
        Head::Of(method, target, host) => (method, target, host),
        Head::Bad => return Request::Other(Page::Bad),
        Head::Long => return Request::Other(Page::Long),
        Head::Slow => return Request::Other(Page::Slow),
    };
    // A page of another name that was pointed at this machine says so here.
    if host.as_deref() != Some(&format!("127.0.0.1:{port}")) {
        return Request::Other(Page::Misdirected);
    }
    if method != "GET" {
        return Request::Other(Page::Method);
    }
    let Some(query) = target.strip_prefix("/callback?state=") else {
        return Request::Other(Page::Missing);
    };
    let Some((given, rest)) = query.split_at_checked(state.len()) else {
        return Request::Other(Page::Missing);
    };
    if !equal(given, state) {
        return Request::Other(Page::Missing);
    }
    if rest.is_empty() {
        return Request::Denied;
    }
    if let Some(person) = rest.strip_prefix("&refused=").filter(|it| is_person(it)) {
        return Request::NotInvited(person.to_owned());
    }
    let code = rest.strip_prefix("&code=");
    match code.filter(|it| it.len() == 8 && it.bytes().all(|it| it.is_ascii_digit())) {
        Some(code) => Request::Code(code.to_owned().into()),
        None => Request::Other(Page::Missing),
    }
}

/// Whether this can be the name of a provider and an account id.
fn is_person(text: &str) -> bool {
    let is_mark = |it: u8| matches!(it, b'.' | b'_' | b'-');
    text.split_once(':').is_some_and(|(provider, id)| {
        (1..=32).contains(&provider.len())
            && provider.bytes().all(|it| it.is_ascii_lowercase() || it == b'-')
            && (1..=255).contains(&id.len())
            && id.bytes().all(|it| it.is_ascii_alphanumeric() || is_mark(it))
    })
}

/// Compares in the same time wherever the first difference is.
fn equal(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one.bytes().zip(other.bytes()).fold(0, |sum, (one, other)| sum | (one ^ other)) == 0
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
