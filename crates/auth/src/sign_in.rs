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

    /// Signs in with a browser of this machine, called `device`, which `open` is handed the
    /// page for. Who knows the page can end the sign-in as somebody else, so it goes into no
    /// argument of a program, which every user of a machine can read.
    ///
    /// # Errors
    /// When the deployment is not set up, nobody came back, or the answer was no.
    pub async fn with_browser(
        &self,
        provider: &ProviderPlugin,
        device: &str,
        open: impl FnOnce(&Url),
    ) -> Result<Tokens> {
        self.ready(provider.name).await?;
        let listener = Loopback::open(&*self.env).await?;
        let started = self.calls.start(provider.name, &listener.redirect_to(device)).await?;
        open(&self.site.page(self.calls.origin(), &started.page)?);
        match listener.wait(&*self.env).await? {
            Callback::Code(code) => {
                self.calls.redeem(&code, &started.verifier).await?.ok_or(Error::WrongCode)
            }
            Callback::Denied => Err(Error::Denied),
            Callback::NotInvited(person) => {
                Err(Error::NotInvited { host: self.calls.origin().host(), person })
            }
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
        let flow = provider
            .device
            .ok_or_else(|| Error::NoDeviceFlow { provider: provider.title, name: provider.name })?;
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

/// Refuses the way called `id` unless the deployment is set up for it.
fn check(origin: &Origin, all: &Methods, id: &str) -> Result<()> {
    let Some(method) = all.methods.iter().find(|it| it.id == id) else {
        let known: Vec<_> = all.methods.iter().map(|it| it.id.as_str()).collect();
        return Err(Error::UnknownProvider { name: id.into(), known: known.join(", ") });
    };
    let missing = |what: String| Err(Error::NotSetUp { host: origin.host(), what });
    match (all.ready, method.ready) {
        (false, _) => missing("sign-in".into()),
        (_, false) => missing(format!("signing in with {}", method.title)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_up_is_said_with_who_can_see_more() {
        let (origin, text) = (Origin::parse("http://127.0.0.1:3210").unwrap(), str::to_owned);
        let method =
            |id: &str, ready| Method { id: text(id), title: text("GitHub"), ready, device: None };
        let site_url = text("http://127.0.0.1:3211");
        let mut all = Methods { site_url, ready: true, methods: vec![method("github", true)] };
        check(&origin, &all, "github").unwrap();
        let error = check(&origin, &all, "google").unwrap_err().to_string();
        assert!(error.contains("`google`") && error.contains("github"), "{error}");
        all.methods.push(method("google", false));
        let error = check(&origin, &all, "google").unwrap_err().to_string();
        assert!(error.contains("with GitHub") && error.contains("whoever runs it"), "{error}");
        all.ready = false;
        let error = check(&origin, &all, "github").unwrap_err().to_string();
        assert!(error.contains("set up for sign-in"), "{error}");
    }
}
