//! What a person at a terminal does next about a failure: the one table from failures of
//! the libraries, which know no commands, to commands of this program.

use std::path::Path;

use driftline_core::SyncEntity as _;
use driftline_core::{Error, ErrorKind, SignInCause, status::Failure};
use driftline_entities::inbox::InboxItem;

/// What to do next about `error`, if a command helps.
pub(crate) fn of_error(error: &anyhow::Error) -> Option<String> {
    use driftline_reading::Error as Reading;
    match error.downcast_ref() {
        Some(Reading::Rows(error)) => return of_rows(error),
        Some(Reading::BadStart { of, .. }) => return Some(ids(of.as_deref())),
        Some(Reading::NoRow { of, .. }) => return Some(ids(of.as_deref())),
        Some(Reading::NoLostValue { .. }) => {
            let (history, conflicts) = (call("history ID"), call("conflicts list --all"));
            return Some(format!("{history} and {conflicts} show what there is"));
        }
        _ => (),
    }
    error.chain().find_map(|it| it.downcast_ref::<Error>()).and_then(of_rows)
}

/// What to do next about what the last sync ended with, if a command helps.
pub(crate) fn of_failure(failure: &Failure) -> Option<String> {
    let hint = match failure.code.as_str() {
        "signed_out" => SIGNED_OUT,
        "unreviewed" => return Some(unreviewed()),
        "wrong_account" => return Some(wrong_account()),
        "damaged" => return Some(damaged()),
        "not_equal" => return Some(not_equal()),
        _ => return None,
    };
    Some(format!("run {}", call(hint)))
}

/// A message with what to do next.
pub(crate) fn after(message: &str, hint: Option<String>) -> String {
    hint.map_or_else(|| message.to_owned(), |hint| format!("{message}; {hint}"))
}

const SIGNED_OUT: &str = "sign-in";

fn of_rows(error: &Error) -> Option<String> {
    match error {
        Error::NotFound { entity, .. } => return Some(ids(Some(entity))),
        Error::SignIn { why, .. } => {
            return match why {
                SignInCause::SignedOut => Some(format!("run {}", call(SIGNED_OUT))),
                SignInCause::Unreviewed => Some(unreviewed()),
                SignInCause::WrongAccount { .. } => Some(wrong_account()),
                _ => None,
            };
        }
        Error::NotEqual { .. } => return Some(not_equal()),
        _ => (),
    }
    match error.kind() {
        ErrorKind::Damaged => Some(damaged()),
        _ => None,
    }
}

fn ids(of: Option<&str>) -> String {
    let command = match of {
        None => "list ENTITY".into(),
        // Most of what the inbox shows is in no row.
        Some(of) if of == InboxItem::NAME => "inbox".into(),
        Some(entity) => format!("list {entity}"),
    };
    format!("{} shows what there is", call(&command))
}

fn unreviewed() -> String {
    let (see, merge) = (call("sign-in --dry-run"), call("sign-in --yes"));
    format!("see what would happen with {see}, merge with {merge}")
}

fn wrong_account() -> String {
    format!("use another profile: {}, or put the old remote back", call("--profile DIR sync"))
}

fn damaged() -> String {
    format!("run {}, then restore a backup", call("status"))
}

fn not_equal() -> String {
    format!("report it with what {} says", call("digest --json"))
}

/// How this program is called for `command`.
fn call(command: &str) -> String {
    format!("`{} {command}`", program())
}

/// What this program was called as.
pub(crate) fn program() -> String {
    let name = std::env::args_os().next();
    let name = name.as_deref().map(Path::new).and_then(Path::file_stem);
    name.map_or_else(|| "driftline".into(), |it| it.to_string_lossy().into_owned())
}
