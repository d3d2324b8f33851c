//! A remote that nobody signs in to: a file, a database, a bucket. What is particular to it its
//! backend looks at; whose rows are there, how far it is and what time it has is asked of each.

use driftline_core::{
    Backend, Error as CoreError, Examined, Identity, Millis, OpenBackend, SignInCause, device,
};

use super::{Check, Checks, Found};
use crate::{Client, Device, Result, account::merge, config::Side};

/// A remote refuses what a device writes that is further ahead of it.
const APART: Millis = 5 * 60 * 1_000;

impl Checks {
    pub(super) async fn place(
        &mut self,
        client: &Client,
        remote: &Side<dyn Backend>,
        device: Option<&Device>,
    ) {
        let examined = match examine(client, remote).await {
            Ok(examined) => examined,
            Err(error) => return self.add("remote", Err::<String, _>(error)),
        };
        let Examined { findings, identity, round_trip, times } = examined;
        for it in findings {
            let found = it.found.map(Found::Fine).map_err(Into::into);
            self.0.push(Check { what: it.what, found, at: it.at });
        }
        if let (Some(there), Some(device)) = (identity, device) {
            self.add("account", whose(device, &there, &remote.name));
        }
        if let Some(took) = round_trip {
            self.add("round trip", Ok::<_, CoreError>(format!("{took} ms")));
        }
        if let Some((theirs, ours)) = times {
            self.add("clock", apart(&remote.name, theirs, ours));
        }
    }
}

async fn examine(client: &Client, remote: &Side<dyn Backend>) -> Result<Examined> {
    let open = OpenBackend {
        schema: client.schema,
        profile: client.profile.path(),
        settings: &remote.settings,
        env: client.env.clone(),
        tokens: None,
        secrets: Some(client.secrets(false)),
    };
    Ok(match remote.plugin.examine {
        Some(examine) => examine(&open)?.examine().await,
        None => Examined::of(&*(remote.open)(&open)?, &*client.env).await,
    })
}

/// Whether the rows that are there are those of this profile.
fn whose(device: &Device, there: &Identity, remote: &str) -> Result<String> {
    let bound = device.replica.read(|tx| device::position(tx))?.identity;
    match bound {
        None => Ok("this profile was not merged with it yet".into()),
        Some(bound) if bound.account == there.account => Ok("the one of this profile".into()),
        Some(bound) if merge::is_elsewhere(&bound, there) => {
            let why = SignInCause::WrongAccount { bound: bound.person };
            Err(CoreError::SignIn { remote: remote.to_owned(), why }.into())
        }
        Some(_) => Ok("the same person's, begun anew: the next sync fills it again".into()),
    }
}

/// How far the clock of a service and that of this machine are apart.
fn apart(remote: &str, theirs: Millis, ours: Millis) -> driftline_core::Result<String> {
    let seconds = theirs.abs_diff(ours) / 1_000;
    let side = if ours > theirs { "ahead of" } else { "behind" };
    if theirs.abs_diff(ours) <= APART {
        return Ok(match seconds {
            0..=2 => "as that of the remote".into(),
            _ => format!("{seconds} s {side} that of the remote"),
        });
    }
    Err(CoreError::Store {
        what: format!("the clock of this machine is {} min {side} that of {remote}", seconds / 60),
        help: "set it, and switch on that it is set by the network".into(),
        source: None,
    })
}
