//! What the service wraps a function's value or failure in.

use driftline_core::{ExposeSecret, excerpt};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::{Answer, Fault, Thrown};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "T: Deserialize<'de>"))]
struct Envelope<T> {
    status: Status,
    #[serde(default = "none", deserialize_with = "some")]
    value: Option<T>,
    error_message: Option<String>,
    error_data: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Success,
    Error,
}

/// An answer of the service that is none of a function's.
#[derive(Deserialize)]
struct Refusal {
    code: String,
}

fn none<T>() -> Option<T> {
    None
}

/// A `null` is a value, too: a function may return nothing else.
fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// The value in an answer. What the parser says is left out of errors: it can quote a token
/// or a row.
pub(crate) fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Fault> {
    let body = answer.body.expose_secret();
    if answer.status != 200 {
        let refusal: Option<Refusal> = serde_json::from_slice(body).ok();
        let code = refusal.as_ref().map(|it| it.code.as_str());
        return Err(Fault::of_status(answer.status, code, answer.retry_after));
    }
    if answer.is_page {
        return Err(Fault::unavailable(
            "a web page came instead of an answer; open a web page to see whether this \
             network wants a sign-in",
        ));
    }
    let envelope: Envelope<T> = serde_json::from_slice(body).map_err(|error| {
        let form = if error.is_data() { "the expected form" } else { "whole JSON" };
        Fault::BadAnswer(format!("it is not of {form}, at byte {}", error.column()))
    })?;
    match envelope {
        Envelope { status: Status::Success, value: Some(value), .. } => Ok(value),
        Envelope { status: Status::Success, .. } => {
            Err(Fault::BadAnswer("it holds no value".into()))
        }
        Envelope { error_data, error_message, .. } => {
            let thrown = error_data.and_then(|it| serde_json::from_value::<Thrown>(it).ok());
            Err(match (thrown, error_message) {
                (Some(thrown), _) => thrown.into(),
                (None, message) => of_message(&message.unwrap_or_default()),
            })
        }
    }
}

/// A failure in words alone.
fn of_message(message: &str) -> Fault {
    Fault::of_message(message).unwrap_or_else(|| Fault::Unnamed {
        what: request_id(message),
        said: Some(excerpt(message)).filter(|it| !it.is_empty()),
    })
}

/// The name under which the logs of the deployment have a failure.
fn request_id(message: &str) -> String {
    let id = message.strip_prefix("[Request ID: ").and_then(|it| it.split_once(']'));
    let id = id.map(|it| it.0).filter(|it| it.bytes().all(|b| b.is_ascii_hexdigit()));
    id.filter(|it| it.len() <= 64).map_or_else(|| "no name".into(), |it| format!("request {it}"))
}
