//! `sign-in`: a session at the deployment that the config names, and the first time, once
//! somebody has seen what it would do, the merge of what is here with what is there.

mod review;

use std::io::BufRead as _;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use driftline_auth::{Account, Error as AuthError, Methods, ProviderPlugin, SignIn, State, Tokens};
use driftline_core::{Error, SignInCause, Value, device};
use serde_json::json;

use self::review::Agreed;
use crate::{
    account::{self, Deployment, facts, machine, merge, runtime},
    browser::{self, Handover, Purpose},
    context::{Context, Device},
    error::Failed,
};

/// How often a code may be mistyped.
const TRIES: usize = 3;

/// Sign in to the deployment that the config names.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SignInTo {
    /// With which account, such as github or google
    provider: Option<String>,
    /// Open no browser here: show a page for any other machine, and type its code
    #[arg(long, conflicts_with = "device")]
    headless: bool,
    /// Use the provider's own flow for machines without a browser
    #[arg(long)]
    device: bool,
    /// Keep the sign-in in a file that only you can read, even where there is a keyring
    #[arg(long)]
    token_file: bool,
    /// Only say what a first merge would do: nothing is merged or sent, and nothing is kept
    #[arg(long)]
    dry_run: bool,
    /// Merge without asking, after a copy of everything was made; on a terminal it is still
    /// asked whether an account that this profile never met is yours
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// Go back to how everything was on this machine before the first merge
    Undo,
}

impl SignInTo {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        if self.task.is_some() {
            return review::undo(context);
        }
        let device = context.device()?;
        let deployment = Deployment::required(context, &device.config, self.token_file)?;
        let is_due = merge::is_due(&device.replica, &deployment.origin.host())?;
        let is_first = is_due || self.dry_run;
        let known = if is_first { self.known(&deployment)? } else { None };
        if !self.dry_run {
            return self.go(context, &device, &deployment, known, is_first);
        }
        let is_passing = known.is_none();
        let deployment = if is_passing { deployment.passing(context) } else { deployment };
        let done = self.go(context, &device, &deployment, known, is_first);
        if is_passing && !runtime()?.block_on(deployment.session.sign_out())? {
            let host = deployment.origin.host();
            context.output.say(&format!("{host} was not told that this sign-in is over."));
        }
        done.and(review::forget(context))
    }

    fn go(
        &self,
        context: &Context<'_>,
        device: &Device,
        deployment: &Deployment,
        known: Option<Account>,
        is_first: bool,
    ) -> Result<()> {
        let (me, place) = runtime()?.block_on(async {
            let me = match known {
                Some(me) => me,
                None => self.anew(context, device, deployment).await?,
            };
            // Before anything is read: from now on this device is in the list of theirs.
            if !deployment.link(&device.replica.device()).await? {
                return Err(Error::signed_out(deployment.origin.host()).into());
            }
            anyhow::Ok((me, deployment.session.place().await?))
        })?;
        let agreed = match (self.dry_run, self.yes) {
            (true, _) => Agreed::No,
            (_, true) => Agreed::Yes,
            _ => Agreed::Ask,
        };
        tell(context, deployment, &me, &place, is_first)?;
        let outcome = match is_first {
            true => Some(review::run(context, device, deployment, &me, &agreed)?),
            false => None,
        };
        if context.output.json {
            let mut shown = object(deployment, &me, &place);
            if let (Some(shown), Some(Value::Object(more))) =
                (shown.as_object_mut(), outcome.map(|it| it.object()))
            {
                shown.extend(more);
            }
            return context.output.json(&shown);
        }
        outcome.map_or(Ok(()), |it| review::tell(context, &it, self.dry_run))
    }

    /// Whoever is signed in already and only has to agree to the first merge.
    fn known(&self, deployment: &Deployment) -> Result<Option<Account>> {
        runtime()?.block_on(async {
            if deployment.session.state().await? != State::SignedIn {
                return Ok(None);
            }
            let me = deployment.me().await?;
            let asked = self.provider.as_ref();
            Ok(me.filter(|me| asked.is_none_or(|it| *it == me.provider)))
        })
    }

    /// Signs in. Nothing that was here is replaced before it is known who it is.
    async fn anew(
        &self,
        context: &Context<'_>,
        device: &Device,
        deployment: &Deployment,
    ) -> Result<Account> {
        let sign_in = deployment.sign_in()?;
        let link = device.replica.read(device::link)?;
        let provider = self.choose(context, &sign_in.calls().methods().await?)?;
        let tokens = self.tokens(context, &sign_in, provider).await?;
        let host = deployment.origin.host();
        let me = match sign_in.calls().me(&tokens.access).await {
            Ok(Some(me)) => me,
            Ok(None) => {
                deployment.session.end(&tokens).await;
                return Err(AuthError::Refused { host }.into());
            }
            Err(error) => {
                deployment.session.end(&tokens).await;
                return Err(error.into());
            }
        };
        // Rows of two people are never mixed; nothing that was here is replaced.
        if let Some(bound) = link.identity.map(|it| it.person)
            && bound != me.person
        {
            deployment.session.end(&tokens).await;
            return Err(Error::SignIn {
                remote: me.person,
                why: SignInCause::WrongAccount { bound },
            }
            .into());
        }
        deployment.session.keep(tokens).await?;
        if self.dry_run {
            return Ok(me);
        }
        let picture = match deployment.picture(&me).await {
            Ok(picture) => picture,
            Err(error) => {
                context.output.chat(&format!("There is no picture of you: {error}"));
                None
            }
        };
        let (folder, now) = (context.profile.path(), context.env.wall());
        facts::keep(folder, &host, &me, picture.as_ref(), now)?;
        Ok(me)
    }

    /// The provider that was asked for, or the only one that the deployment is set up for.
    fn choose(&self, context: &Context<'_>, all: &Methods) -> Result<&'static ProviderPlugin> {
        if let Some(name) = &self.provider {
            return Ok(ProviderPlugin::named(name)?);
        }
        let known = ProviderPlugin::registered();
        let ready = |name: &str| all.methods.iter().any(|it| it.id == name && it.ready);
        let ready: Vec<_> = known.values().filter(|it| ready(it.name)).collect();
        match ready.as_slice() {
            [one] => Ok(one),
            [] => Ok(ProviderPlugin::named("github")?),
            many => {
                let calls = many.iter().map(|it| context.call(&format!("sign-in {}", it.name)));
                let calls = calls.collect::<Vec<_>>().join("  or  ");
                Err(Failed::usage("provider", format!("say with which account: {calls}")))
            }
        }
    }

    async fn tokens(
        &self,
        context: &Context<'_>,
        sign_in: &SignIn,
        provider: &'static ProviderPlugin,
    ) -> Result<Tokens> {
        let say = |text: String| context.output.say(&text);
        if self.device {
            let show = |code: &str, page: &url::Url| {
                say(format!("Open {page} on any machine and type: {code}"));
                say("Type it only if you started this yourself.".to_owned());
            };
            return Ok(sign_in.with_device(provider, show).await?);
        }
        if !self.headless {
            let profile = context.profile.path();
            browser::clear(profile, Purpose::SignIn, "");
            let mut handed = None;
            let open = |page: &url::Url| {
                handed = Handover::open(profile, Purpose::SignIn, page);
                let opened = handed.is_some();
                let title = provider.title;
                say(match opened {
                    true => format!("Sign in with {title} in your browser. If none opens, open:"),
                    false => "No browser opens here. Open this on this machine:".to_owned(),
                });
                say(format!("  {page}"));
                say(format!(
                    "On another machine: {}",
                    context.call(&format!("sign-in {} --headless", provider.name))
                ));
            };
            let tokens = sign_in.with_browser(provider, &machine(), open).await;
            // Nobody goes there any more.
            drop(handed);
            return Ok(tokens?);
        }
        let attempt = sign_in.with_code(provider).await?;
        say("Open this on any machine and sign in:".to_owned());
        say(format!("  {}", attempt.page()));
        for left in (0..TRIES).rev() {
            say("Then type the code that it shows:".to_owned());
            let mut line = String::new();
            let read = std::io::stdin().lock().read_line(&mut line);
            if read.context("the code cannot be read")? == 0 {
                return Err(Failed::usage("no_code", "no code was typed; nothing was changed"));
            }
            match sign_in.typed(&attempt, &line).await {
                Err(AuthError::WrongCode) if left > 0 => say("This is not the code.".to_owned()),
                done => return Ok(done?),
            }
        }
        Err(AuthError::WrongCode.into())
    }
}

fn object(deployment: &Deployment, account: &Account, place: &str) -> Value {
    json!({
        "remote": deployment.origin.host(),
        "person": account.person,
        "provider": account.provider,
        "login": account.login,
        "name": account.name,
        "kept_in": place,
    })
}

fn tell(
    context: &Context<'_>,
    deployment: &Deployment,
    account: &Account,
    place: &str,
    is_first: bool,
) -> Result<()> {
    if context.output.json {
        return Ok(());
    }
    let host = deployment.origin.host();
    let who = account::who(&account.person, account.login.as_deref());
    context.output.print(&format!("✓ Signed in to {host} as {who}."))?;
    context.output.print(&format!("  Kept in {place}."))?;
    if !is_first {
        context.output.chat(&format!("Next:  {}", context.call("sync")));
    }
    Ok(())
}
