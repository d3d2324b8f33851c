//! One HTTP call, as small as this crate needs it.

use async_trait::async_trait;
use driftline_core::SecretString;
use url::Url;

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
    pub body: SecretString,
}

/// Nothing came back; the call may or may not have been carried out.
#[derive(Debug)]
pub struct Lost(pub String);

/// A way to call a service.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Posts `body`. Follows no redirect, which could carry a token elsewhere.
    async fn post(
        &self,
        url: Url,
        bearer: Option<SecretString>,
        body: Body,
    ) -> Result<Answer, Lost>;
}
