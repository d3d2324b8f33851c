//! What can be wrong before any call is made.

use driftline_core::BoxError;

/// What the address of a deployment looks like, for whoever is asked for one.
pub const ADDRESS: &str = "the address of your deployment, such as \
     https://happy-otter-123.convex.cloud; plain http only to this machine, such as \
     http://127.0.0.1:3210";

/// A result of preparing to call a deployment.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a deployment cannot be called at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An address that tokens must not be sent to.
    #[error("{}", told(.text, .reason))]
    BadAddress {
        /// The address, cut short; empty if it holds a password.
        text: String,
        /// What is wrong with it, and what to write instead.
        reason: String,
    },
    /// No other machine's certificates could be checked.
    #[error(
        "no secure connections can be made on this machine; install the system's root \
         certificates (often `ca-certificates`)"
    )]
    NoCertificates(#[source] BoxError),
}

fn told(text: &str, reason: &str) -> String {
    let shown = if text.is_empty() { "the address" } else { &format!("`{text}`") };
    format!("{shown} cannot be used: {reason}")
}

impl From<Error> for driftline_core::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::BadAddress { .. } => {
                Self::bad_value("[remote]", "url", format!("{ADDRESS} ({error})"))
            }
            Error::NoCertificates(source) => Self::Store {
                what: "no secure connections can be made on this machine".into(),
                help: "install the system's root certificates (often `ca-certificates`)".into(),
                source: Some(source),
            },
        }
    }
}
