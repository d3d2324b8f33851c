//! `sign-in`: a session at the deployment that the config names. Nothing is sent by it:
//! the next sync merges what is here with what is there.

use std::io::BufRead as _;

use anyhow::{Context as _, Result};
use clap::Args;
use driftline_auth::{
    Account, Error as AuthError, Methods, ProviderPlugin, SignIn, Tokens, open_browser,
};
use driftline_core::{Error, device};
use serde_json::json;

use crate::{
    account::{Deployment, runtime},
    context::Context,
    error::Failed,
};

/// How often a code may be mistyped.
const TRIES: usize = 3;

/// Sign in to the deployment that the config names.
#[derive(Clone, Debug, Args)]
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
}

impl SignInTo {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let deployment = Deployment::required(context, &device.config, self.token_file)?;
        let sign_in = deployment.sign_in()?;
        let link = device.replica.store().view(device::link)?;
        let runtime = runtime()?;
        let (account, place) = runtime.block_on(async {
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
                return Err(Error::WrongAccount { bound, met: me.person }.into());
            }
            deployment.session.keep(tokens).await?;
            Ok::<_, anyhow::Error>((me, deployment.session.place().await?))
        })?;
        tell(context, &deployment, &account, &place)
    }

    /// The provider that was asked for, or the only one that the deployment is set up for.
    fn choose(&self, context: &Context<'_>, all: &Methods) -> Result<&'static ProviderPlugin> {
        if let Some(name) = &self.provider {
            return Ok(ProviderPlugin::named(name)?);
        }
        let known = ProviderPlugin::registered();
        let ready =
            |name: &str| all.methods.iter().any(|it| it.id == name && it.missing.is_empty());
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
            let open = |page: &url::Url| {
                let opened = open_browser(page);
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
            return Ok(sign_in.with_browser(provider, open).await?);
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

fn tell(
    context: &Context<'_>,
    deployment: &Deployment,
    account: &Account,
    place: &str,
) -> Result<()> {
    let host = deployment.origin.host();
    if context.output.json {
        return context.output.json(&json!({
            "remote": host,
            "person": account.person,
            "provider": account.provider,
            "name": account.name,
            "kept_in": place,
        }));
    }
    let name = account.name.as_deref().unwrap_or(&account.person);
    context.output.print(&format!("✓ Signed in to {host} as {name} ({}).", account.provider))?;
    context.output.print(&format!("  Kept in {place}."))?;
    context.output.chat(&format!("Nothing was sent yet. Next:  {}", context.call("sync")));
    Ok(())
}
