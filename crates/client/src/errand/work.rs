//! What each errand does.

use driftline_core::Error as CoreError;

use super::{Done, Errand, Errands, Page};
use crate::{
    Result,
    account::{self, Deployment},
    connect,
    first_merge::Agreed,
    sign_in::{self, How, Way},
    sign_out::{self, Leave},
    turn,
};

impl Errands {
    /// Does what it is for.
    pub(super) async fn go(&self, errand: &Errand, page: &Page<'_>) -> Result<Done> {
        let client = &self.client;
        let device = client.device_of(self.replica.clone())?;
        let sign_in = async |provider: Option<&String>, merge| {
            let secrets = self.state().typed.clone();
            let provider = provider.cloned();
            let how = How { provider, way: Way::Browser, in_file: false, secrets, merge };
            let done = sign_in::sign_in(client, &device, &how, page).await?;
            Ok(Done::SignedIn(Box::new(done)))
        };
        match errand {
            Errand::Look => {
                let deployment = Deployment::required(client, &device.config, false)?;
                let overview = account::overview(client, &device, &deployment).await?;
                Ok(Done::Looked(Box::new(overview)))
            }
            Errand::SignIn(provider) => sign_in(Some(provider), Agreed::Ask).await,
            Errand::Merge => sign_in(None, Agreed::Yes).await,
            Errand::Connect(how) => {
                let done = connect::connect(client, &self.replica, how, page).await?;
                Ok(Done::Connected(Box::new(done)))
            }
            Errand::Undo => {
                let deployment = Deployment::named(client, &device.config, false)?;
                let _turn = turn::take(client, page).await?;
                let undone = account::undo(client, &device, deployment.as_ref()).await?;
                Ok(Done::Undone(undone))
            }
            Errand::SignOut { send } => {
                let leave = if *send { Leave::Send } else { Leave::Keep };
                let decide = |_| Ok(Some(leave));
                Ok(Done::SignedOut(sign_out::sign_out(client, &device, decide, page).await?))
            }
            Errand::Revoke(_) | Errand::RevokeOthers => {
                let deployment = Deployment::required(client, &device.config, false)?;
                let remote = deployment.origin.host();
                let ended = match errand {
                    Errand::Revoke(typed) => {
                        let overview = account::overview(client, &device, &deployment).await?;
                        deployment.revoke(&account::find(&overview, typed)?).await?
                    }
                    _ => deployment.revoke_others().await?,
                };
                Ok(Done::Revoked(ended.ok_or_else(|| CoreError::signed_out(remote))?))
            }
        }
    }
}
