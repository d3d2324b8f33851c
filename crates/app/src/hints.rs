//! What a person at a terminal does next about an error. The libraries below say what
//! happened and to which thing; which command, flag or variable helps is known here alone,
//! in this one table.

use driftline_client::{Error, resume::Refused};
use driftline_conversation::Error as ConversationError;
use driftline_core::{Error as RowError, ErrorKind, SignInCause, SyncEntity as _, status::Failure};
use driftline_entities::inbox::InboxItem;
use driftline_index::Error as IndexError;
use driftline_inspect::Error as InspectError;

use crate::call::Call;

/// What tells whoever runs a deployment which variables it lacks.
pub(crate) const WHAT_IS_MISSING: &str = "npx convex run signIn/methods:missing (in convex/)";

/// What helps, a line each; nothing where the message says all there is to say.
pub(crate) fn hints(call: &Call, error: &anyhow::Error) -> Vec<String> {
    error.chain().map(|it| of_cause(call, it)).find(|it| !it.is_empty()).unwrap_or_default()
}

fn of_cause(call: &Call, error: &(dyn std::error::Error + 'static)) -> Vec<String> {
    if let Some(it) = error.downcast_ref() {
        return of_client(call, it);
    }
    if let Some(it) = error.downcast_ref() {
        return of_rows(call, it);
    }
    if let Some(IndexError::Rows(it)) = error.downcast_ref() {
        return of_rows(call, it);
    }
    if let Some(ConversationError::Rows(it)) = error.downcast_ref() {
        return of_rows(call, it);
    }
    if let Some(it) = error.downcast_ref() {
        return of_inspection(call, it);
    }
    error.downcast_ref().map(|it| of_sign_in(call, it)).unwrap_or_default()
}

/// What helps about what an operation says.
pub(crate) fn of_client(call: &Call, error: &Error) -> Vec<String> {
    let to = |what: &str, command: &str| to(call, what, command);
    match error {
        Error::Core(it) | Error::Index(IndexError::Rows(it)) => of_rows(call, it),
        Error::Auth(it) => of_sign_in(call, it),
        Error::Resume(it) => of_resume(call, it),
        Error::Profile(_) => vec!["choose another folder with --profile DIR".into()],
        Error::NoHome | Error::NoFolder(_) => {
            vec![to("choose a home folder", "import --from HOME")]
        }
        Error::NoRemote => {
            vec![to("set one up", "connect"), to("see what there is", "connect list")]
        }
        Error::NoDeployment => {
            let url = "https://NAME.convex.cloud";
            vec![to("set one up", &format!("connect convex url={url}"))]
        }
        Error::NoBackend { .. } => vec![to("see what there is", "connect list")],
        Error::LacksSecrets { names, .. } => names
            .iter()
            .map(|it| to("read it from a file", &format!("connect --secret {it}=FILE")))
            .collect(),
        Error::ChooseProvider(names) => {
            names.iter().map(|it| to("sign in", &format!("sign-in {it}"))).collect()
        }
        Error::NotHeld { .. } => vec![to("see what is", "held")],
        Error::NotExcluded(_) => vec![to("see what is", "exclude")],
        Error::ThisDevice => vec![to("sign out here", "sign-out")],
        Error::NoDevice(_) | Error::SeveralDevices => {
            vec![to("see which there are", "account devices")]
        }
        Error::CopyGone => vec![to("end syncing and keep everything here", "sign-out")],
        Error::Unsent { .. } => vec![
            to("send them", "sign-out --send"),
            to("leave them here for the next sign-in", "sign-out --keep"),
            to("write them to a file as well", "sign-out --export FILE"),
        ],
        _ => Vec::new(),
    }
}

fn of_resume(call: &Call, refused: &Refused) -> Vec<String> {
    let to = |what: &str, command: &str| to(call, what, command);
    match refused {
        Refused::NoWriter { .. } => vec![to("choose one", "resume SESSION --with AGENT")],
        Refused::NoFolder(_) | Refused::UnknownFolder => {
            vec![to("choose a folder", "resume SESSION --in FOLDER")]
        }
        Refused::Empty => vec![to("bring it in", "import"), to("fetch it", "sync")],
        Refused::NotAgreed => vec![to("agree", "resume SESSION --yes")],
        _ => Vec::new(),
    }
}

/// What helps about what the last sync ended with.
pub(crate) fn of_failure(call: &Call, failure: &Failure) -> Vec<String> {
    match failure.code.as_str() {
        "signed_out" => vec![to(call, "sign in", "sign-in")],
        "unreviewed" => unreviewed(call),
        "wrong_account" => wrong_account(call),
        "damaged" => damaged(call),
        "not_equal" => not_equal(call),
        _ => Vec::new(),
    }
}

fn of_rows(call: &Call, error: &RowError) -> Vec<String> {
    match error {
        RowError::NotFound { entity, .. } => ids(call, Some(entity)),
        RowError::SignIn { why: SignInCause::SignedOut, .. } => {
            vec![to(call, "sign in", "sign-in")]
        }
        RowError::SignIn { why: SignInCause::Unreviewed, .. } => unreviewed(call),
        RowError::SignIn { why: SignInCause::WrongAccount { .. }, .. } => wrong_account(call),
        RowError::NotEqual { .. } => not_equal(call),
        error if error.kind() == ErrorKind::Damaged => damaged(call),
        _ => Vec::new(),
    }
}

fn of_inspection(call: &Call, error: &InspectError) -> Vec<String> {
    match error {
        InspectError::Rows(it) => of_rows(call, it),
        InspectError::BadStart { of, .. } | InspectError::NoRow { of, .. } => {
            ids(call, of.as_deref())
        }
        InspectError::NoLostValue { .. } => ["history ID", "conflicts list --all"]
            .map(|it| to(call, "see what there is", it))
            .into(),
        _ => Vec::new(),
    }
}

fn of_sign_in(call: &Call, error: &driftline_auth::Error) -> Vec<String> {
    use driftline_auth::Error;
    let to = |what: &str, command: &str| to(call, what, command);
    let site = |it: &str| to("set it", &format!("config set remote.site_url {it}"));
    match error {
        Error::Failed { .. } => vec![to("check the set-up", "doctor")],
        Error::NotSetUp { .. } => vec![format!("whoever runs it runs: {WHAT_IS_MISSING}")],
        Error::NoDeviceFlow { name, .. } => {
            vec![to("sign in with a code", &format!("sign-in {name} --headless"))]
        }
        Error::WrongSite { met, .. } => vec![site(met)],
        Error::UnknownSite { .. } => vec![site("https://SITE")],
        Error::Denied | Error::WrongCode | Error::Refused { .. } => {
            vec![to("try again", "sign-in")]
        }
        Error::TimedOut { .. } => vec![
            to("try again", "sign-in"),
            to("sign in without a browser here", "sign-in --headless"),
        ],
        Error::NotInvited { person, .. } => {
            vec![format!("whoever runs it runs: npx convex env set DRIFTLINE_PEOPLE {person},...")]
        }
        Error::Listen { .. } => vec![to("sign in with a code", "sign-in --headless")],
        Error::Keyring { .. } => vec![to("keep it in a file", "sign-in --token-file")],
        _ => Vec::new(),
    }
}

fn to(call: &Call, what: &str, command: &str) -> String {
    format!("{what}: {}", call.to(command))
}

fn ids(call: &Call, of: Option<&str>) -> Vec<String> {
    let command = match of {
        None => "list ENTITY".into(),
        // Most of what the inbox shows is in no row.
        Some(of) if of == InboxItem::NAME => "inbox".into(),
        Some("held") => "held".into(),
        Some(entity) => format!("list {entity}"),
    };
    vec![to(call, "see what there is", &command)]
}

fn unreviewed(call: &Call) -> Vec<String> {
    vec![to(call, "see what would happen", "connect --dry-run"), to(call, "merge", "connect --yes")]
}

fn wrong_account(call: &Call) -> Vec<String> {
    let other = format!("{} --profile DIR sync", call.name());
    vec![
        to(call, "move everything to this remote", "connect"),
        format!("put the old remote back, or use another profile: {other}"),
    ]
}

fn damaged(call: &Call) -> Vec<String> {
    vec![to(call, "restore a backup", "backup list")]
}

fn not_equal(call: &Call) -> Vec<String> {
    vec![to(call, "report it with what this says", "digest --json")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next_is_found_below_what_is_said_around_it() {
        let call = Call::new(Some(&"/p".into()));
        let error = anyhow::Error::new(Error::NoRemote).context("it was not synced");
        let found = hints(&call, &error);
        assert!(found[0].ends_with(" --profile /p connect"), "{found:?}");
        assert!(hints(&call, &anyhow::anyhow!("something else")).is_empty());
    }

    #[test]
    fn what_refused_a_sign_in_is_found_below_what_it_caused() {
        let person = "github:7".to_owned();
        let refused = driftline_auth::Error::NotInvited { host: "a.example".into(), person };
        let error = anyhow::Error::from(RowError::from(refused));
        let found = hints(&Call::new(None), &error);
        assert!(found[0].ends_with("npx convex env set DRIFTLINE_PEOPLE github:7,..."));
    }
}
