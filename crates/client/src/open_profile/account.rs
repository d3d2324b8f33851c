//! What pages do with the account and the remote.

use std::fs;

use driftline_auth::ProviderPlugin;
use url::Url;

use super::OpenProfile;
use crate::{
    Result,
    account::facts,
    connect,
    errand::{Errand, Standing},
};

impl OpenProfile {
    /// Who is signed in, as far as it is known; what is not is asked for, for the next
    /// time.
    ///
    /// # Errors
    /// When the config is wrong; it says where.
    pub fn account(&self) -> Result<Standing> {
        let config = self.client.config()?;
        let url = config.remote.as_ref().and_then(|it| it.sign_in_address());
        let Some(remote) = url.and_then(|it| Url::parse(it).ok()?.host_str().map(str::to_owned))
        else {
            return Ok(Standing::default());
        };
        let providers = ProviderPlugin::registered().into_values();
        let providers = providers.map(|it| (it.name.to_owned(), it.title.to_owned())).collect();
        Ok(Standing { remote: Some(remote), providers, ..self.errands.standing() })
    }

    /// What there is to connect with, and what connecting came to.
    pub fn connecting(&self) -> Standing {
        self.errands.connecting()
    }

    /// What the profile syncs with: the name of the backend, and what people call the remote.
    ///
    /// # Errors
    /// When the config is wrong; it says where.
    pub fn remote_in_use(&self) -> Result<Option<(&'static str, String)>> {
        Ok(self.client.config()?.remote.map(|it| (it.plugin.name, it.name)))
    }

    /// Names a remote in the config that people sign in to.
    ///
    /// # Errors
    /// When it does not take these settings.
    pub fn name_remote(&self, how: &connect::How) -> Result<()> {
        connect::name(&self.client, &self.replica, how)?;
        self.errands.typed(how.secrets.clone());
        Ok(())
    }

    /// Forgets the words of a new key, which somebody has written down.
    pub fn forget_key(&self) {
        self.errands.forget_key();
    }

    /// The picture of whoever is signed in, and what it is, such as `image/png`.
    pub fn picture(&self) -> Option<(String, Vec<u8>)> {
        let who = self.errands.standing().who?.ok()?;
        let path = who.picture.as_ref()?;
        let media = facts::media(path)?;
        Some((media, fs::read(path).ok()?))
    }

    /// Begins something that is done with the account, unless something is under way.
    pub fn begin(&self, errand: Errand) {
        self.errands.start(errand);
    }

    /// Ends what is done with the account at this moment.
    pub fn stop(&self) {
        self.errands.stop();
    }

    /// What is done with the account at this moment, and how many steps there were: pages
    /// are shown again with each.
    pub fn errand(&self) -> (Option<Errand>, u64) {
        self.errands.under_way()
    }

    /// Ends what is done with the account, as the app that had this open ends.
    pub fn close(&self) {
        self.errands.end();
    }
}
