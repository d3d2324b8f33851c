//! One HTTP call, as small as a client needs it, so that a test can answer it itself.

use async_trait::async_trait;
use driftline_core::{Millis, SecretString};
use secrecy::SecretSlice;
use url::Url;

use crate::Fault;

/// What is sent. It may hold a token, so it cannot be printed.
pub enum Body {
    /// A JSON text.
    Json(SecretString),
    /// A form.
    Form(SecretString),
}

/// What came back, whatever it says.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body. It may hold a token.
    pub body: SecretSlice<u8>,
    /// Whether it is a web page: what captive portals answer.
    pub is_page: bool,
    /// The time of the service, in milliseconds since 1970.
    pub date: Option<Millis>,
    /// How long the service wants to be left alone, in milliseconds.
    pub retry_after: Option<Millis>,
}

impl Answer {
    /// An answer that says nothing beside its status and body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = SecretSlice::from(body.into());
        Self { status, body, is_page: false, date: None, retry_after: None }
    }
}

/// A way to call a service.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Posts `body` to `url`, with `bearer` as the token. Follows no redirect, which could
    /// carry the token elsewhere.
    ///
    /// # Errors
    /// When nothing came back; the call may or may not have been carried out.
    async fn post(
        &self,
        url: Url,
        bearer: Option<SecretString>,
        body: Body,
    ) -> Result<Answer, Fault>;
}
