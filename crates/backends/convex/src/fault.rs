//! What the engine is told about a call that failed, and what the log is: one line for each
//! failure, which says what to do and never holds a token or a row.

use driftline_convex_client::Fault;
use driftline_core::{BoxError, Error, PROTOCOL, Serial, Stale};

/// What the engine is told, for a call that carries no rows.
pub(crate) fn error(fault: Fault, remote: &str) -> Error {
    let remote = remote.to_owned();
    match fault {
        Fault::Unauthenticated => Error::signed_out(remote),
        Fault::Moved => Error::Stale { remote, why: Stale::Moved },
        Fault::OldCall { last } => {
            Error::Stale { remote, why: Stale::OldCall { last: Serial(last) } }
        }
        Fault::Protocol { theirs } => {
            let older = if theirs < PROTOCOL { "the remote" } else { "this program" };
            Error::Protocol { remote, theirs, ours: PROTOCOL, older }
        }
        Fault::Unlinked => {
            Error::BadAnswer { remote, reason: "it forgets whom it was linked to".into() }
        }
        Fault::BadCall(code) => {
            let reason = format!("it refused the form of a call ({code}); update this program");
            Error::BadAnswer { remote, reason }
        }
        Fault::Unavailable { reason, retry_after } => {
            Error::Unavailable { remote, retry_after, source: Some(reason.into()) }
        }
        Fault::BadAnswer(reason) => Error::BadAnswer { remote, reason },
        Fault::Here(error) => error,
        // A feed that cannot be read now is read later; nothing may be skipped in it.
        Fault::NotDeployed
        | Fault::NotInvited { .. }
        | Fault::SlowDown { .. }
        | Fault::Unnamed { .. }
        | Fault::TooLarge => {
            let source = Some(BoxError::from(fault.to_string()));
            Error::Unavailable { remote, retry_after: None, source }
        }
    }
}

/// What the engine is told about a call that carries rows: what may be the fault of one of
/// them makes it look for that one.
pub(crate) fn batch_error(fault: Fault, remote: &str) -> Error {
    match fault {
        Fault::Unnamed { .. } | Fault::TooLarge => {
            let source = Some(BoxError::from(fault.to_string()));
            Error::BatchFailed { remote: remote.to_owned(), source }
        }
        other => error(other, remote),
    }
}

/// Tells the log.
pub(crate) fn tell(fault: &Fault, remote: &str, function: &str) {
    let todo = match fault {
        Fault::Unauthenticated => "sign in again",
        Fault::Unlinked | Fault::Moved | Fault::OldCall { .. } => {
            "nothing to do: the sync takes care of it"
        }
        Fault::Protocol { theirs } if *theirs < PROTOCOL => "deploy the functions of this version",
        Fault::Protocol { .. } | Fault::BadCall(_) => "update this program",
        Fault::NotDeployed => "deploy the functions",
        Fault::NotInvited { .. } => "ask whoever runs the deployment to add this person",
        Fault::Unnamed { .. } => "if it lasts, look into the logs of the deployment",
        Fault::TooLarge => "nothing to do: less is sent at once",
        Fault::SlowDown { .. } | Fault::Unavailable { .. } | Fault::Here(_) => {
            "nothing to do: it is tried again by itself"
        }
        Fault::BadAnswer(_) => "if it lasts, check the address of the deployment",
    };
    tracing::warn!(remote, function, todo, "a call failed: {fault}");
}
