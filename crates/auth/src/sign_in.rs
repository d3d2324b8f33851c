//! The three ways to get a session. None keeps anything: what to do with the tokens is
//! decided when it is known whose they are.

use std::sync::Arc;

use driftline_core::{Env, SecretString};
use url::Url;

use crate::{
    Callback, Calls, Error, Loopback, Methods, Origin, ProviderPlugin, Result, Site, Tokens,
    Transport, calls::Method, device::Device,
};

/// What a deployment calls the page that shows the code.
const SHOW_CODE: &str = "code";
/// The length of a code.
const DIGITS: usize = 8;

/// Signing in at one deployment.
pub struct SignIn {
    calls: Calls,
    site: Site,
    transport: Arc<dyn Transport>,
    env: Arc<dyn Env>,
}

/// A sign-in that waits for a person who reads a code from a page.
pub struct Attempt {
    page: Url,
    verifier: SecretString,
}

impl Attempt {
    /// What the person opens, on any machine.
    pub fn page(&self) -> &Url {
        &self.page
    }
}

impl SignIn {
    /// Signing in at `deployment`, whose pages are at `site`.
    pub fn new(
        deployment: Origin,
        site: Site,
        transport: Arc<dyn Transport>,
        env: Arc<dyn Env>,
    ) -> Self {
        Self { calls: Calls::new(deployment, transport.clone()), site, transport, env }
    }

    /// The calls of the deployment.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Signs in with a browser of this machine, which `open` is handed the page for. Who
    /// knows the page can end the sign-in as somebody else, so it goes into no argument of a
    /// program, which every user of a machine can read.
    ///
    /// # Errors
    /// When the deployment is not set up, nobody came back, or the answer was no.
    pub async fn with_browser(
        &self,
        provider: &ProviderPlugin,
        open: impl FnOnce(&Url),
    ) -> Result<Tokens> {
        self.ready(provider.name).await?;
        let listener = Loopback::open(&*self.env).await?;
        let started = self.calls.start(provider.name, &listener.redirect_to()).await?;
        open(&self.site.page(self.calls.origin(), &started.page)?);
        match listener.wait(&*self.env).await? {
            Callback::Code(code) => {
                self.calls.redeem(&code, &started.verifier).await?.ok_or(Error::WrongCode)
            }
            Callback::Denied => Err(Error::Denied),
        }
    }

    /// Begins a sign-in whose page can be opened on any machine and shows a code.
    ///
    /// # Errors
    /// When the deployment is not set up or cannot be reached.
    pub async fn with_code(&self, provider: &ProviderPlugin) -> Result<Attempt> {
        self.ready(provider.name).await?;
        let started = self.calls.start(provider.name, SHOW_CODE).await?;
        let page = self.site.page(self.calls.origin(), &started.page)?;
        Ok(Attempt { page, verifier: started.verifier })
    }

    /// Ends such a sign-in with what the person typed. Nothing is asked of the deployment
    /// if that cannot be a code.
    ///
    /// # Errors
    /// [`Error::WrongCode`] if it is not the code; it may be typed again.
    pub async fn typed(&self, attempt: &Attempt, typed: &str) -> Result<Tokens> {
        let is_filler = |it: char| it.is_whitespace() || it == '-';
        let code: String = typed.chars().filter(|it| !is_filler(*it)).take(DIGITS + 1).collect();
        if code.len() != DIGITS || !code.bytes().all(|it| it.is_ascii_digit()) {
            return Err(Error::WrongCode);
        }
        self.calls.redeem(&code.into(), &attempt.verifier).await?.ok_or(Error::WrongCode)
    }

    /// Signs in with the provider's device flow; `show` is handed what the person types,
    /// and where.
    ///
    /// # Errors
    /// When there is no such flow, it is not set up, or the answer was no.
    pub async fn with_device(
        &self,
        provider: &ProviderPlugin,
        show: impl FnOnce(&str, &Url),
    ) -> Result<Tokens> {
        let flow = provider.device.ok_or_else(|| Error::NotSetUp {
            host: provider.title.into(),
            what: "a device flow".into(),
            commands: format!("driftline sign-in {} --headless", provider.name),
        })?;
        let app = self.ready(flow.method).await?.device.ok_or_else(|| Error::BadAnswer {
            host: self.calls.origin().host(),
            reason: "it does not say under which app".into(),
        })?;
        let origin = self.calls.origin();
        let device = Device::new(origin, flow, app, &*self.transport, &*self.env)?;
        let asked = device.ask().await?;
        show(&asked.user_code, &asked.page);
        let token = device.wait(&asked).await?;
        let tokens = self.calls.hand_over(flow.method, &token).await?;
        tokens.ok_or_else(|| Error::Refused { host: origin.host() })
    }

    /// The way called `id`, if everything for it is set.
    async fn ready(&self, id: &str) -> Result<Method> {
        let all = self.calls.methods().await?;
        check(self.calls.origin(), &all, id)?;
        let found = all.methods.into_iter().find(|it| it.id == id);
        found.ok_or_else(|| Error::UnknownProvider { name: id.into(), known: String::new() })
    }
}

/// Says what is missing for the way called `id`, with the commands that set it.
fn check(origin: &Origin, all: &Methods, id: &str) -> Result<()> {
    let Some(method) = all.methods.iter().find(|it| it.id == id) else {
        let known: Vec<_> = all.methods.iter().map(|it| it.id.as_str()).collect();
        return Err(Error::UnknownProvider { name: id.into(), known: known.join(", ") });
    };
    let missing = |what: &str, names: &[String]| {
        let commands = set_commands(names);
        Error::NotSetUp { host: origin.host(), what: what.into(), commands }
    };
    if !all.missing.is_empty() {
        return Err(missing("sign-in", &all.missing));
    }
    if !method.missing.is_empty() {
        return Err(missing(&format!("signing in with {}", method.title), &method.missing));
    }
    Ok(())
}

/// The commands that set variables of a deployment, in its folder `convex/`.
pub fn set_commands(names: &[String]) -> String {
    let mut commands: Vec<String> = Vec::new();
    for name in names {
        let command = match name.as_str() {
            // One command makes and sets both.
            "JWT_PRIVATE_KEY" | "JWKS" => "node keys.mjs".to_owned(),
            name => format!("npx convex env set {} VALUE", driftline_core::excerpt(name)),
        };
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    commands.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_command_that_sets_it() {
        let (origin, text) = (Origin::parse("http://127.0.0.1:3210").unwrap(), str::to_owned);
        let method = |id: &str, missing: &[&str]| Method {
            id: text(id),
            title: text("GitHub"),
            missing: missing.iter().map(|it| text(it)).collect(),
            device: None,
        };
        let site_url = text("http://127.0.0.1:3211");
        let mut all = Methods { site_url, missing: vec![], methods: vec![method("github", &[])] };
        check(&origin, &all, "github").unwrap();
        let error = check(&origin, &all, "google").unwrap_err().to_string();
        assert!(error.contains("`google`") && error.contains("github"), "{error}");
        all.methods.push(method("google", &["AUTH_GOOGLE_ID"]));
        let error = check(&origin, &all, "google").unwrap_err().to_string();
        assert!(error.contains("npx convex env set AUTH_GOOGLE_ID VALUE"), "{error}");
        all.missing = vec![text("JWT_PRIVATE_KEY"), text("JWKS")];
        let error = check(&origin, &all, "github").unwrap_err().to_string();
        assert_eq!(error.matches("node keys.mjs").count(), 1, "{error}");
    }
}
