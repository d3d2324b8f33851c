//! Signing in, and the first time, once somebody has seen what it would do, the merge of
//! what is here with what is there.

use std::sync::Arc;

use driftline_auth::{Account, Error as AuthError, Methods, ProviderPlugin, SignIn, State, Tokens};
use driftline_core::{
    Backend, Error as CoreError, ExposeSecret as _, OpenBackend, SignInCause, Start, device,
};
use serde::Serialize;

use crate::{
    Ask, Client, Device, Error, Question, Result, Step,
    account::{Deployment, facts, machine, merge, review::Scratch, who},
    config::Side,
    connect::{Asked, Trial, Typed},
    first_merge::{Agreed, Between, FirstMerge},
    turn,
};

/// How often a code may be mistyped.
const TRIES: usize = 3;

/// How somebody wants to sign in.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// With which provider; none: with the only one that is set up.
    pub provider: Option<String>,
    /// By which way.
    pub way: Way,
    /// Whether tokens are kept in a file even where there is a keyring.
    pub in_file: bool,
    /// Keys that were typed already.
    pub secrets: Typed,
    /// How far a first merge goes.
    pub merge: Agreed,
}

/// By which way somebody signs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// A browser of this machine.
    #[default]
    Browser,
    /// A page on any machine that shows a code, which is typed here.
    Code,
    /// The provider's own flow for machines without a browser.
    Device,
}

/// Who is signed in, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct SignedIn {
    /// The deployment.
    pub remote: String,
    /// `provider:account id`.
    pub person: String,
    /// The provider.
    pub provider: String,
    /// The name by which the provider tells them from others.
    pub login: Option<String>,
    /// What they call themselves there.
    pub name: Option<String>,
    /// Where the sign-in is kept.
    pub kept_in: String,
    /// The first merge, unless it is behind.
    #[serde(flatten)]
    pub first: Option<FirstMerge>,
}

/// Signs in to the deployment that the config names, and merges for the first time if that
/// is due and agreed to.
///
/// # Errors
/// When there is no such deployment, it was not reached, or the answer was no. Nothing that
/// was here is replaced by then.
pub async fn sign_in(
    client: &Client,
    device: &Device,
    how: &How,
    ask: &dyn Ask,
) -> Result<SignedIn> {
    let deployment = Deployment::required(client, &device.config, how.in_file)?;
    let only_looks = how.merge == Agreed::No;
    let is_first = only_looks || merge::is_due(&device.replica, &deployment.origin.host())?;
    // Whoever is signed in stays so, unless they say with whom they want to sign in again.
    let stays = is_first || how.provider.is_none();
    let known = if stays { known(&deployment, how).await? } else { None };
    let is_passing = only_looks && known.is_none();
    let deployment = if is_passing { deployment.passing(client) } else { deployment };
    let steps = Steps { client, device, deployment: &deployment, how, ask };
    let done = steps.run(known, is_first).await;
    if !only_looks {
        return done;
    }
    if is_passing && !deployment.session.sign_out().await? {
        ask.told(Step::NotToldOfEnd { remote: &deployment.origin.host() })?;
    }
    // Nothing of a look is kept, whatever it came to.
    let _turn = turn::take(client, ask).await?;
    let removed = Scratch::remove(client);
    done.and_then(|it| removed.map(|()| it))
}

/// Whoever is signed in already, and has to agree to the first merge at most.
async fn known(deployment: &Deployment, how: &How) -> Result<Option<Account>> {
    if deployment.session.state().await? != State::SignedIn {
        return Ok(None);
    }
    let me = deployment.me().await?;
    let asked = how.provider.as_ref();
    Ok(me.filter(|me| asked.is_none_or(|it| *it == me.provider)))
}

/// What every step of a sign-in works with.
struct Steps<'a> {
    client: &'a Client,
    device: &'a Device,
    deployment: &'a Deployment,
    how: &'a How,
    ask: &'a dyn Ask,
}

impl Steps<'_> {
    async fn run(&self, known: Option<Account>, is_first: bool) -> Result<SignedIn> {
        let me = match known {
            Some(me) => me,
            None => self.anew().await?,
        };
        let remote = self.deployment.origin.host();
        // Before anything is read: from now on this device is in the list of theirs.
        if !self.deployment.link(&self.device.replica.device()).await? {
            return Err(CoreError::signed_out(remote).into());
        }
        let kept_in = self.deployment.session.place().await?;
        let who = who(&me.person, me.login.as_deref());
        self.ask.told(Step::SignedIn {
            remote: &remote,
            who: &who,
            kept_in: &kept_in,
            is_first,
        })?;
        let side = self.device.config.remote.as_ref().ok_or(Error::NoRemote)?;
        let kept = self.client.secrets(self.how.in_file);
        let secrets = Arc::new(Asked::over(kept, &self.how.secrets));
        let open = OpenBackend {
            schema: self.client.schema,
            profile: self.client.profile.path(),
            settings: &side.settings,
            env: self.client.env.clone(),
            tokens: Some(self.deployment.tokens()),
            secrets: Some(secrets.clone()),
        };
        self.set_up(side, &open, &secrets).await?;
        let first = match is_first {
            true => Some(self.first_merge(&me, (side.open)(&open)?).await?),
            false => None,
        };
        let Account { person, provider, login, name, .. } = me;
        Ok(SignedIn { remote, person, provider, login, name, kept_in, first })
    }

    /// Signs in. Nothing that was here is replaced before it is known who it is.
    async fn anew(&self) -> Result<Account> {
        let sign_in = self.deployment.sign_in()?;
        let link = self.device.replica.read(|tx| device::link(tx))?;
        let provider = choose(self.how.provider.as_deref(), &sign_in.calls().methods().await?)?;
        let tokens = self.tokens(&sign_in, provider).await?;
        let session = &self.deployment.session;
        let host = self.deployment.origin.host();
        let me = match sign_in.calls().me(&tokens.access).await {
            Ok(Some(me)) => me,
            Ok(None) => {
                session.end(&tokens).await;
                return Err(AuthError::Refused { host }.into());
            }
            Err(error) => {
                session.end(&tokens).await;
                return Err(error.into());
            }
        };
        // Rows of two people are never mixed; nothing that was here is replaced.
        if let Some(bound) = link.identity.map(|it| it.person)
            && bound != me.person
        {
            session.end(&tokens).await;
            return Err(CoreError::SignIn {
                remote: me.person,
                why: SignInCause::WrongAccount { bound },
            }
            .into());
        }
        session.keep(tokens).await?;
        if self.how.merge == Agreed::No {
            return Ok(me);
        }
        let picture = match self.deployment.picture(&me).await {
            Ok(picture) => picture,
            Err(error) => {
                self.ask.told(Step::NoPicture(&error))?;
                None
            }
        };
        let (folder, now) = (self.client.profile.path(), self.client.env.wall());
        facts::keep(folder, &host, &me, picture.as_ref(), now)?;
        Ok(me)
    }

    async fn tokens(&self, sign_in: &SignIn, provider: &'static ProviderPlugin) -> Result<Tokens> {
        match self.how.way {
            Way::Browser => {
                let mut told = Ok(());
                let open = |page: &url::Url| told = self.ask.told(Step::Open { provider, page });
                let tokens = sign_in.with_browser(provider, &machine(), open).await;
                told.and(self.ask.told(Step::Opened))?;
                Ok(tokens?)
            }
            Way::Device => {
                let mut told = Ok(());
                let show = |code: &str, page: &url::Url| {
                    told = self.ask.told(Step::TypeCode { page, code });
                };
                let tokens = sign_in.with_device(provider, show).await;
                told?;
                Ok(tokens?)
            }
            Way::Code => self.typed(sign_in, provider).await,
        }
    }

    async fn typed(&self, sign_in: &SignIn, provider: &'static ProviderPlugin) -> Result<Tokens> {
        let attempt = sign_in.with_code(provider).await?;
        self.ask.told(Step::ReadCode { page: attempt.page() })?;
        for left in (0..TRIES).rev() {
            let typed = self.ask.code()?.ok_or(Error::NoCode)?;
            match sign_in.typed(&attempt, &typed).await {
                Err(AuthError::WrongCode) if left > 0 => self.ask.told(Step::WrongCode)?,
                done => return Ok(done?),
            }
        }
        Err(AuthError::WrongCode.into())
    }

    async fn first_merge(&self, me: &Account, remote: Arc<dyn Backend>) -> Result<FirstMerge> {
        let between = Between {
            client: self.client,
            device: self.device,
            remote,
            place: &self.deployment.origin.host(),
            agreed: self.how.merge,
            ask: self.ask,
        };
        between.merge(&|_| self.goes_on(me)).await
    }

    /// Makes the deployment ready, where it keeps something that takes a key. Also one that was
    /// merged with: the key may have been lost here.
    async fn set_up(
        &self,
        remote: &Side<dyn Backend>,
        open: &OpenBackend<'_>,
        secrets: &Asked,
    ) -> Result<()> {
        if remote.plugin.set_up.is_none() {
            return Ok(());
        }
        let trial = Trial { plugin: remote.plugin, open, secrets, ask: self.ask };
        trial.run(&self.deployment.origin.host()).await?;
        if self.how.merge == Agreed::No {
            return Ok(());
        }
        let begun = trial.begin(Start::Join).await?;
        secrets.keep().await?;
        match begun.key {
            Some(words) => self.ask.told(Step::Key(words.expose_secret())),
            None => Ok(()),
        }
    }

    fn goes_on(&self, me: &Account) -> Result<bool> {
        let who = who(&me.person, me.login.as_deref());
        match self.how.merge {
            Agreed::No => Ok(false),
            Agreed::Ask => self.ask.agrees(Question::Merge { who: &who }),
            Agreed::Yes if merge::has_met(&self.device.replica, &me.person)? => Ok(true),
            Agreed::Yes => self.ask.agrees(Question::IsYours { who: &who }),
        }
    }
}

/// The provider that was asked for, or the only one that the deployment is set up for.
fn choose(asked: Option<&str>, all: &Methods) -> Result<&'static ProviderPlugin> {
    if let Some(name) = asked {
        return Ok(ProviderPlugin::named(name)?);
    }
    let known = ProviderPlugin::registered();
    let ready = |name: &str| all.methods.iter().any(|it| it.id == name && it.ready);
    let ready: Vec<_> = known.into_values().filter(|it| ready(it.name)).collect();
    match ready.as_slice() {
        [one] => Ok(one),
        [] => Ok(ProviderPlugin::named("github")?),
        many => Err(Error::ChooseProvider(many.iter().map(|it| it.name).collect())),
    }
}
