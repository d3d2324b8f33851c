//! What a person can type next, for failures that libraries tell without knowing this program.

use driftline_auth::Error;

/// What tells whoever runs a deployment which variables it lacks.
pub(crate) const WHAT_IS_MISSING: &str = "npx convex run signIn/methods:missing (in convex/)";

/// The hint for an error, if there is one for it or for what caused it.
pub(crate) fn of(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|it| it.downcast_ref()).and_then(of_sign_in)
}

/// An error on one line, with its hint.
pub(crate) fn line(error: &anyhow::Error) -> String {
    of(error).map_or_else(|| format!("{error:#}"), |hint| format!("{error:#}; {hint}"))
}

fn of_sign_in(error: &Error) -> Option<String> {
    Some(match error {
        Error::Failed { .. } => "`driftline doctor` checks the set-up".into(),
        Error::NotSetUp { .. } => format!("whoever runs it runs: {WHAT_IS_MISSING}"),
        Error::NoDeviceFlow { name, .. } => format!("driftline sign-in {name} --headless"),
        Error::WrongSite { met, .. } => format!("driftline config set remote.site_url {met}"),
        Error::UnknownSite { .. } => "driftline config set remote.site_url https://SITE".into(),
        Error::Denied | Error::WrongCode | Error::Refused { .. } => {
            "to try again: driftline sign-in".into()
        }
        Error::TimedOut { .. } => "to try again: driftline sign-in, or without a browser here: \
                                   driftline sign-in --headless"
            .into(),
        Error::NotInvited { person, .. } => {
            format!("whoever runs it runs: npx convex env set DRIFTLINE_PEOPLE {person},...")
        }
        Error::Listen { .. } => "driftline sign-in --headless".into(),
        Error::Keyring { .. } => "to keep it in a file: driftline sign-in --token-file".into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_found_below_what_it_caused() {
        let person = "github:7".to_owned();
        let refused = Error::NotInvited { host: "a.example".into(), person };
        let error = anyhow::Error::from(driftline_core::Error::from(refused));
        let hint = of(&error).unwrap();
        assert!(hint.ends_with("npx convex env set DRIFTLINE_PEOPLE github:7,..."), "{hint}");
        assert!(line(&error).ends_with(&hint));
        assert_eq!(of(&anyhow::anyhow!("other")), None);
    }
}
