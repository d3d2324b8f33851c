//! Every way in which a call can fail, sorted by what the caller does about it. This is
//! the one place that turns a status, a code or a broken connection into an error of the
//! engine, and the one that tells the log: one line for each failure, which says what to
//! do and never holds a token or a row.

use driftline_core::{BoxError, Error, Millis, PROTOCOL, Stale, excerpt};

/// Why a call brought no answer.
#[derive(Debug)]
pub(crate) enum Fault {
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
    /// The function failed and did not say why.
    Unnamed(String),
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
    /// An error of the engine already: the source of tokens failed.
    Engine(Error),
}

impl Fault {
    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into(), retry_after: None }
    }

    /// What the engine is told, for a call that carries no rows.
    pub(crate) fn into_error(self, remote: &str) -> Error {
        let remote = remote.to_owned();
        match self {
            Self::Unauthenticated => Error::signed_out(remote),
            Self::Moved => Error::Stale { remote, why: Stale::Moved },
            Self::OldCall { last } => Error::Stale { remote, why: Stale::OldCall { last } },
            Self::Protocol { theirs } => {
                let older = if theirs < PROTOCOL { "the remote" } else { "this program" };
                Error::Protocol { remote, theirs, ours: PROTOCOL, older }
            }
            Self::Unlinked => {
                Error::BadAnswer { remote, reason: "it forgets whom it was linked to".into() }
            }
            Self::BadCall(code) => {
                let reason = format!("it refused the form of a call ({code}); update this program");
                Error::BadAnswer { remote, reason }
            }
            // A feed that cannot be read now is read later; nothing may be skipped in it.
            Self::NotDeployed | Self::Unnamed(_) | Self::TooLarge => {
                let source = Some(BoxError::from(self.to_string()));
                Error::Unavailable { remote, retry_after: None, source }
            }
            Self::Unavailable { reason, retry_after } => {
                Error::Unavailable { remote, retry_after, source: Some(reason.into()) }
            }
            Self::BadAnswer(reason) => Error::BadAnswer { remote, reason },
            Self::Engine(error) => error,
        }
    }

    /// What the engine is told about a call that carries rows: what may be the fault of
    /// one of them makes it look for that one.
    pub(crate) fn into_batch_error(self, remote: &str) -> Error {
        match self {
            Self::Unnamed(_) | Self::TooLarge => {
                let source = Some(BoxError::from(self.to_string()));
                Error::BatchFailed { remote: remote.to_owned(), source }
            }
            other => other.into_error(remote),
        }
    }

    /// Tells the log.
    pub(crate) fn tell(&self, remote: &str, function: &str) {
        let todo = match self {
            Self::Unauthenticated => "sign in again",
            Self::Unlinked | Self::Moved | Self::OldCall { .. } => {
                "nothing to do: the sync takes care of it"
            }
            Self::Protocol { theirs } if *theirs < PROTOCOL => {
                "deploy the functions of this version: `npx convex deploy`"
            }
            Self::Protocol { .. } | Self::BadCall(_) => "update this program",
            Self::NotDeployed => "deploy the functions: `npx convex deploy`",
            Self::Unnamed(_) => "if it lasts, look into the logs of the deployment",
            Self::TooLarge => "nothing to do: less is sent at once",
            Self::Unavailable { .. } | Self::Engine(_) => {
                "nothing to do: it is tried again by itself"
            }
            Self::BadAnswer(_) => "if it lasts, check `url` in [remote]",
        };
        tracing::warn!(remote, function, todo, "a call failed: {self}");
    }
}

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
            Self::Unnamed(what) => {
                write!(
                    f,
                    "the function failed and did not say why ({what}); if it lasts, see the \
                     deployment's dashboard: its functions may be missing, or it is paused, \
                     disabled or over a limit"
                )
            }
            Self::TooLarge => f.write_str("the call was too large"),
            Self::Unavailable { reason, .. } => f.write_str(reason),
            Self::BadAnswer(reason) => write!(f, "the answer makes no sense: {reason}"),
            Self::Engine(error) => write!(f, "{error}"),
        }
    }
}

/// The fault that a code of Driftline's own functions stands for.
pub(crate) fn of_code(code: &str, last: Option<u64>, theirs: Option<u64>) -> Fault {
    let number = |it: Option<u64>| it.and_then(|it| u32::try_from(it).ok());
    match (code, last, number(theirs)) {
        ("unauthenticated", ..) => Fault::Unauthenticated,
        ("unlinked", ..) => Fault::Unlinked,
        ("moved", ..) => Fault::Moved,
        ("old_call", Some(last), _) => Fault::OldCall { last },
        ("protocol", _, Some(theirs)) => Fault::Protocol { theirs },
        ("bad_request", ..) => Fault::BadCall("bad_request".into()),
        ("old_call" | "protocol", ..) => {
            Fault::BadAnswer(format!("`{code}` without the number that belongs to it"))
        }
        (other, ..) => Fault::Unnamed(format!("code `{}`", excerpt(other))),
    }
}

/// The fault of an answer that is none of a function's. `code` is the service's own
/// name for it, if the answer has one.
pub(crate) fn of_status(status: u16, code: Option<&str>, retry_after: Option<Millis>) -> Fault {
    let named = |what: &str| match code {
        Some(code) => format!("{what} ({status} {})", excerpt(code)),
        None => format!("{what} ({status})"),
    };
    let reason = match (status, code) {
        // It comes with whatever status the site of the sign-in gave.
        (_, Some("AuthProviderDiscoveryFailed")) => {
            "the deployment cannot reach its own sign-in; check CONVEX_SITE_ORIGIN there".into()
        }
        (404, Some("FunctionPathNotFound")) => return Fault::NotDeployed,
        (401, _) | (400, Some("InvalidAdminKey")) => return Fault::Unauthenticated,
        (413, _) | (400, Some("BadJsonBody")) => return Fault::TooLarge,
        (400, Some(code)) => return Fault::BadCall(excerpt(code)),
        (300..=399, _) => named(
            "something between this machine and the deployment sends calls elsewhere; \
             open a web page to see whether this network wants a sign-in",
        ),
        (403 | 407 | 511, _) => named("a proxy or this network refuses the call"),
        (404 | 405 | 410, _) => named("there is no Convex deployment; check `url` in [remote]"),
        (408 | 421 | 425 | 429 | 500..=599, _) => named("the service is busy or down"),
        (200..=299, _) => return Fault::BadAnswer(format!("status {status}")),
        (_, Some(_)) => return Fault::BadAnswer(named("an unknown refusal")),
        _ => named("something other than a Convex deployment answers"),
    };
    Fault::Unavailable { reason, retry_after }
}

/// What a function's failure in words stands for, where the deployment shows the words: one
/// in production does not, and then a failure has no name.
pub(crate) fn of_message(message: &str) -> Option<Fault> {
    // As the service writes them, cut to what says which it is.
    const STOPPED: [(&str, &str); 5] = [
        ("exceeded the free plan limits", "the limits of its free plan are exceeded"),
        ("exceeded your spending limits", "its spending limit is exceeded"),
        ("exceeded a configured usage limit", "its usage limit is exceeded"),
        ("while this deployment is paused", "it is paused"),
        ("while this deployment is suspended", "it is suspended"),
    ];
    if message.contains("Could not find public function") {
        return Some(Fault::NotDeployed);
    }
    let (_, why) = STOPPED.iter().find(|(words, _)| message.contains(words))?;
    Some(Fault::unavailable(format!("the deployment runs no functions: {why}; see its dashboard")))
}

/// A broken connection: its first cause, without the address.
pub(crate) fn broken(error: &reqwest::Error) -> Fault {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let what = if error.is_connect() { "no connection" } else { "the connection broke" };
    Fault::unavailable(format!("{what}: {}", excerpt(&cause.to_string())))
}
