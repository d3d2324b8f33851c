//! What can go wrong between this program and a server, by what is to be done about it. The
//! server's own words are kept only where they cannot hold a row: a detail or a query can, so
//! neither is ever passed on.

use driftline_core::{BoxError, Error, excerpt};
use tokio_postgres::error::SqlState;

/// What went wrong.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It cannot be reached, or is busy: tried again by itself.
    Unavailable(String),
    /// A person has to do something: what is wrong, and what they can do.
    Mend(String, String),
    /// It asks for a password, and none is known.
    NoPassword,
    /// It failed for a reason that may lie in the rows of the call.
    Unnamed(String),
    /// It holds something that makes no sense.
    Damaged(String),
    /// Somebody else changed the tables at the same moment.
    Overtaken(String),
    /// The connection is gone; what was asked may have been done.
    Closed(String),
    /// The engine's own error, which is passed on.
    Engine(Error),
}

pub(crate) type Result<T, E = Fault> = std::result::Result<T, E>;

impl Fault {
    pub(crate) fn mend(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Mend(what.into(), help.into())
    }

    /// What the engine is told of the remote called `remote`.
    pub(crate) fn error(self, remote: &str) -> Error {
        let remote = remote.to_owned();
        let away = |why: String| Error::Unavailable {
            remote: remote.clone(),
            retry_after: None,
            source: Some(BoxError::from(why)),
        };
        match self {
            Self::Unavailable(why)
            | Self::Closed(why)
            | Self::Unnamed(why)
            | Self::Overtaken(why) => away(why),
            Self::Mend(what, help) => {
                Error::Store { what: format!("{remote}: {what}"), help, source: None }
            }
            Self::NoPassword => {
                let what = format!("{remote} asks for a password, and none is kept here");
                Error::Store { what, help: "give the password of this role".into(), source: None }
            }
            Self::Damaged(found) => Error::BadAnswer { remote, reason: found },
            Self::Engine(error) => error,
        }
    }

    /// The same for a call with rows: what may lie in one of them makes the engine look for it.
    pub(crate) fn batch_error(self, remote: &str) -> Error {
        match self {
            Self::Unnamed(why) => {
                Error::BatchFailed { remote: remote.to_owned(), source: Some(why.into()) }
            }
            other => other.error(remote),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(it) = error.as_db_error() {
            return of_state(it.code(), it.message());
        }
        if error.is_closed() {
            return Self::Closed("the connection was closed".into());
        }
        let text = error.to_string();
        let Some(cause) = error.into_source() else { return Self::Closed(text) };
        let cause = excerpt(&cause.to_string());
        match text.as_str() {
            "invalid configuration" if cause == "password missing" => Self::NoPassword,
            "error performing TLS handshake" => Self::mend(
                format!("no encrypted connection can be made ({cause})"),
                "let the server show a certificate for its name that this machine trusts, and \
                 switch on `ssl` there",
            ),
            "error communicating with the server" => Self::Closed(cause),
            _ => Self::Unavailable(format!("{text}: {cause}")),
        }
    }
}

/// What a server's own code means.
fn of_state(code: &SqlState, message: &str) -> Fault {
    let said = format!("{}, {}", excerpt(message), code.code());
    match code.code() {
        "28P01" => Fault::mend(
            format!("the password of this role is not right ({said})"),
            "give the right password",
        ),
        "28000" => Fault::mend(
            format!("this role may not connect from here ({said})"),
            "name another role, or let the server's administrator allow it in `pg_hba.conf`",
        ),
        "3D000" => Fault::mend(
            format!("there is no such database ({said})"),
            "correct the name, or create the database",
        ),
        "42501" => Fault::mend(
            format!("this role lacks a right there ({said})"),
            "let the owner of the database grant it: docs/postgres.md lists the rights",
        ),
        "25006" => Fault::mend(
            format!("nothing can be written there ({said})"),
            "connect to the primary, and switch off `default_transaction_read_only` for this role",
        ),
        "53100" => {
            Fault::Unavailable(format!("the server's disk is full: free some space ({said})"))
        }
        "53300" => {
            Fault::Unavailable(format!("the server has no connection left for this role ({said})"))
        }
        "55P03" => Fault::Unavailable(format!("another device is writing for long ({said})")),
        "57014" => Fault::Unavailable(format!("the server cut the call short ({said})")),
        "57P01" | "57P02" | "57P03" => {
            Fault::Unavailable(format!("the server stops or starts ({said})"))
        }
        "23505" | "42P06" | "42P07" | "40001" | "40P01" | "XX000" => Fault::Overtaken(said),
        "42P01" | "3F000" | "42703" | "42883" => Fault::mend(
            format!("the tables of Driftline are not what they should be ({said})"),
            "restore the schema `driftline` from a backup, or drop it to begin anew",
        ),
        other => match other.get(..2) {
            // Connections, resources, the operating system, and transactions that were ended.
            Some("08" | "25" | "53" | "57" | "58") => Fault::Unavailable(said),
            // The words can have a value in them.
            Some("22") => Fault::Unnamed(format!("a value is not taken, {other}")),
            _ => Fault::Unnamed(said),
        },
    }
}

/// Tells the log, which holds no row and no password.
pub(crate) fn tell(fault: &Fault, remote: &str, call: &str) {
    match fault {
        Fault::Engine(_) => (),
        other => tracing::warn!(remote, call, "a call failed: {other:?}"),
    }
}
