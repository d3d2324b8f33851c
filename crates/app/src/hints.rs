//! What a person at a terminal does next about an error. The libraries below say what
//! happened and to which thing; which command, flag or variable helps is known here alone,
//! in this one table.

use driftline_client::Error;

use crate::call::Call;

/// What helps, a line each; nothing where the message says all there is to say.
pub(crate) fn hints(call: &Call, error: &anyhow::Error) -> Vec<String> {
    let own = error.chain().find_map(|it| it.downcast_ref::<Error>());
    own.map(|it| of_client(call, it)).unwrap_or_default()
}

/// What helps about what an operation says.
pub(crate) fn of_client(call: &Call, error: &Error) -> Vec<String> {
    let to = |what: &str, command: &str| format!("{what}: {}", call.to(command));
    match error {
        Error::Profile(_) => vec!["choose another folder with --profile DIR".into()],
        Error::NoHome | Error::NoFolder(_) => {
            vec![to("choose a home folder", "import --from HOME")]
        }
        Error::NoRemote => {
            vec![to("set one up", "config set remote.backend sqlite remote.path FILE")]
        }
        Error::NoDeployment => {
            let url = "https://NAME.convex.cloud";
            vec![to("set one up", &format!("config set remote.backend convex remote.url {url}"))]
        }
        Error::ChooseProvider(names) => {
            names.iter().map(|it| to("sign in", &format!("sign-in {it}"))).collect()
        }
        Error::NotExcluded(_) => vec![to("see what is", "exclude")],
        Error::ThisDevice => vec![to("sign out here", "sign-out")],
        Error::NoDevice(_) | Error::SeveralDevices => {
            vec![to("see which there are", "account devices")]
        }
        Error::CopyGone => {
            vec![to("end syncing and keep everything here", "sign-out")]
        }
        Error::Unsent { .. } => vec![
            to("send them", "sign-out --send"),
            to("leave them here for the next sign-in", "sign-out --keep"),
            to("write them to a file as well", "sign-out --export FILE"),
        ],
        // The texts of the engine and of signing in still say it themselves.
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next_is_found_below_what_is_said_around_it() {
        let call = Call::new(Some(&"/p".into()));
        let error = anyhow::Error::new(Error::NoRemote).context("it was not synced");
        let hints = hints(&call, &error);
        assert!(
            hints[0].ends_with(" --profile /p config set remote.backend sqlite remote.path FILE")
        );
        assert!(super::hints(&call, &anyhow::anyhow!("something else")).is_empty());
    }
}
