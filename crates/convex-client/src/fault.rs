//! Every way in which a call can fail, sorted by what the caller does about it. This is
//! the one place that reads a status, a code or a broken connection. No fault but
//! [`Fault::Unnamed`] holds anything of what was sent.

use driftline_core::{Error, Millis, excerpt};

/// Why a call brought no answer.
#[derive(Debug)]
pub enum Fault {
    /// The token was not taken, or the session behind it is gone.
    Unauthenticated,
    /// There are no rows of this person yet, not even an account.
    Unlinked,
    /// Another account or epoch.
    Moved,
    /// A later call of this device was answered.
    OldCall {
        /// The serial number of that call.
        last: u64,
    },
    /// More than one version apart.
    Protocol {
        /// The version of the deployment.
        theirs: u32,
    },
    /// The deployment says that the call itself is wrong.
    BadCall(String),
    /// The function is not there.
    NotDeployed,
    /// The deployment is other people's.
    NotInvited {
        /// Who was refused: `provider:account id`.
        person: String,
    },
    /// Too many calls of this kind at once.
    SlowDown {
        /// What the deployment says to people.
        reason: String,
    },
    /// The function failed, and did not say why in a way that a program understands.
    Unnamed {
        /// Under which name the logs of the deployment have it.
        what: String,
        /// What it says to people. This can quote what was sent, so it is shown only where
        /// no rows are.
        said: Option<String>,
    },
    /// The call was too large for the service, or for something before it.
    TooLarge,
    /// Not now.
    Unavailable {
        /// What happened.
        reason: String,
        /// When to try again, in milliseconds from now.
        retry_after: Option<Millis>,
    },
    /// It answered something that makes no sense.
    BadAnswer(String),
    /// Something on this device failed, such as the source of tokens.
    Here(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Here(error)
    }
}

impl Fault {
    /// A fault that ends by itself.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into(), retry_after: None }
    }

    /// What is behind an answer that is none of a function's. `code` is the service's own
    /// name for it, if the answer has one; `retry_after` is in milliseconds.
    pub fn of_status(status: u16, code: Option<&str>, retry_after: Option<Millis>) -> Self {
        let named = |what: &str| match code {
            Some(code) => format!("{what} ({status} {})", excerpt(code)),
            None => format!("{what} ({status})"),
        };
        let reason = match (status, code) {
            // It comes with whatever status the site of the sign-in gave.
            (_, Some("AuthProviderDiscoveryFailed")) => {
                "the deployment cannot reach its own sign-in; check CONVEX_SITE_ORIGIN there".into()
            }
            (404, Some("FunctionPathNotFound")) => return Self::NotDeployed,
            (401, _) | (400, Some("InvalidAdminKey")) => return Self::Unauthenticated,
            (413, _) | (400, Some("BadJsonBody")) => return Self::TooLarge,
            (400, Some(code)) => return Self::BadCall(excerpt(code)),
            (300..=399, _) => named(
                "something between this machine and the deployment sends calls elsewhere; \
                 open a web page to see whether this network wants a sign-in",
            ),
            (403 | 407 | 511, _) => named("a proxy or this network refuses the call"),
            (404 | 405 | 410, _) => {
                named("there is no Convex deployment; check its address (`url`)")
            }
            (408 | 421 | 425 | 429 | 500..=599, _) => named("the service is busy or down"),
            (200..=299, _) => return Self::BadAnswer(format!("status {status}")),
            (_, Some(_)) => return Self::BadAnswer(named("an unknown refusal")),
            _ => named("something other than a Convex deployment answers"),
        };
        Self::Unavailable { reason, retry_after }
    }

    /// What a function's failure in words stands for, where the deployment shows the words:
    /// one in production does not, and then a failure has no name.
    pub(crate) fn of_message(message: &str) -> Option<Self> {
        // As the service writes them, cut to what says which it is.
        const STOPPED: [(&str, &str); 5] = [
            ("exceeded the free plan limits", "the limits of its free plan are exceeded"),
            ("exceeded your spending limits", "its spending limit is exceeded"),
            ("exceeded a configured usage limit", "its usage limit is exceeded"),
            ("while this deployment is paused", "it is paused"),
            ("while this deployment is suspended", "it is suspended"),
        ];
        if message.contains("Could not find public function") {
            return Some(Self::NotDeployed);
        }
        let (_, why) = STOPPED.iter().find(|(words, _)| message.contains(words))?;
        Some(Self::unavailable(format!(
            "the deployment runs no functions: {why}; see its dashboard"
        )))
    }

    /// A broken connection: its first cause, without the address.
    pub fn broken(error: &reqwest::Error) -> Self {
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let what = if error.is_connect() { "no connection" } else { "the connection broke" };
        Self::unavailable(format!("{what}: {}", excerpt(&cause.to_string())))
    }
}

impl std::error::Error for Fault {}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unauthenticated => f.write_str("the sign-in was not accepted"),
            Self::Unlinked => f.write_str("no account is linked yet"),
            Self::Moved => f.write_str("it serves another account or epoch by now"),
            Self::OldCall { .. } => f.write_str("a later call was answered already"),
            Self::Protocol { theirs } => write!(f, "it speaks protocol {theirs}"),
            Self::BadCall(code) => write!(f, "the form of the call was refused ({code})"),
            Self::NotDeployed => f.write_str("the deployment lacks Driftline's functions"),
            Self::NotInvited { person } => write!(f, "{person} is not among its people"),
            Self::Unnamed { what, .. } => {
                write!(
                    f,
                    "the function failed and did not say why ({what}); if it lasts, see the \
                     deployment's dashboard: its functions may be missing, or it is paused, \
                     disabled or over a limit"
                )
            }
            Self::TooLarge => f.write_str("the call was too large"),
            Self::SlowDown { reason } | Self::Unavailable { reason, .. } => f.write_str(reason),
            Self::BadAnswer(reason) => write!(f, "the answer makes no sense: {reason}"),
            Self::Here(error) => write!(f, "{error}"),
        }
    }
}
