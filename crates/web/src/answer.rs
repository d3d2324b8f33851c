//! Answers, with the headers that every one of them carries.

use std::fmt::Display;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use maud::{Markup, html};

use crate::{Download, Error, Fragment, Outcome, parts};

pub(crate) type Answer = Response<Body>;

/// Nothing inline, nothing remote, nothing that another page could frame, read or keep.
const HEADERS: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src blob:; connect-src \
         'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// `answer` with the headers that every answer carries.
pub(crate) fn guarded(mut answer: Answer) -> Answer {
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

pub(crate) fn of(status: StatusCode, media: &str, body: impl Into<Body>) -> Answer {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    // A media type that is no header value is not worth more than its bytes.
    let media = HeaderValue::from_str(media)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    answer.headers_mut().insert(header::CONTENT_TYPE, media);
    answer
}

pub(crate) fn text(status: StatusCode, text: impl Display) -> Answer {
    of(status, "text/plain; charset=utf-8", text.to_string())
}

pub(crate) fn page(status: StatusCode, markup: Markup) -> Answer {
    of(status, "text/html; charset=utf-8", markup.into_string())
}

pub(crate) fn json(status: StatusCode, value: &impl serde::Serialize) -> Answer {
    match serde_json::to_string(value) {
        Ok(body) => of(status, "application/json", body),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, error),
    }
}

/// A fragment as the script reads it: a title, `main`, and what all pages share.
pub(crate) fn fragment(fragment: &Fragment, shared: &Markup) -> Answer {
    if let Some(path) = &fragment.go {
        return json(StatusCode::OK, &Outcome::go(path.as_str()));
    }
    let width = if fragment.wide { Some("wide") } else { None };
    page(
        StatusCode::OK,
        html! {
            title { (fragment.title) }
            main #main tabindex="-1" class=[width] data-live=(fragment.live.join(" ")) {
                (fragment.main)
            }
            (shared)
        },
    )
}

/// A page that says why there is none.
pub(crate) fn failed_page(error: &Error) -> Answer {
    let status = error.status();
    let heading = match status {
        StatusCode::NOT_FOUND => "Not here",
        StatusCode::BAD_REQUEST => "This cannot be shown",
        StatusCode::SERVICE_UNAVAILABLE => "This took too long",
        _ => "Something went wrong",
    };
    let main = html! {
        h1 { (heading) }
        (parts::empty(&error.to_string(), html! {
            a.btn href="/" { "Go to the start" }
        }))
    };
    page(status, html! { title { (heading) } main #main tabindex="-1" data-live="" { (main) } })
}

pub(crate) fn outcome(done: &Outcome) -> Answer {
    let status = if done.is_wrong() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    json(status, done)
}

pub(crate) fn failed_action(error: &Error) -> Answer {
    json(error.status(), &Outcome::wrong_field("", error.to_string()))
}

pub(crate) fn download(file: Download) -> Answer {
    of(StatusCode::OK, &file.media, file.bytes).named(file.name)
}

trait Named {
    fn named(self, name: Option<String>) -> Self;
}

impl Named for Answer {
    /// Tells the script under which name to save it. Only letters that mean nothing to a
    /// file system are kept.
    fn named(mut self, name: Option<String>) -> Self {
        let plain =
            |it: char| if it.is_ascii_alphanumeric() || "-_.".contains(it) { it } else { '-' };
        if let Some(name) = name.map(|it| it.chars().map(plain).collect::<String>())
            && let Ok(value) = HeaderValue::from_str(name.trim_start_matches('.'))
        {
            self.headers_mut().insert(HeaderName::from_static("x-driftline-name"), value);
        }
        self
    }
}
