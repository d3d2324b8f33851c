//! Where a deployment is. Tokens and rows go to exactly this origin, so anything that
//! could mean another one is refused when the config is read, not when a call fails.

use driftline_core::{Error, Result, excerpt};
use url::{Host, Url};

/// What the setting takes, as the config check says it.
pub(crate) const ACCEPTED: &str = "the address of your deployment, such as \
     https://happy-otter-123.convex.cloud; plain http only to this machine, such as \
     http://127.0.0.1:3210";

/// The origin of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    url: Url,
    loopback: bool,
}

impl Address {
    /// Reads the `url` of a config file.
    ///
    /// # Errors
    /// When it is no https address, or plain http to another machine, or more than an
    /// origin: what is wrong, and what to write instead.
    pub fn parse(text: &str) -> Result<Self> {
        let url = Url::parse(text).map_err(|_| wrong(text, "it is not an address"))?;
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => return Err(wrong(text, "it names no host")),
        };
        match url.scheme() {
            "https" => (),
            "http" if loopback => (),
            "http" => return Err(wrong(text, "http would show your sign-in to the network")),
            _ => return Err(wrong(text, "it is neither https nor http")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            // The text is not shown: it holds a password.
            return Err(wrong("", "it holds a user name or password; sign in instead"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong(text, "leave out everything after the host"));
        }
        if let Some(name) = url.host_str().and_then(|it| it.strip_suffix(".convex.site")) {
            let right = format!("that host serves web pages; write https://{name}.convex.cloud");
            return Err(wrong(text, &right));
        }
        Ok(Self { url, loopback })
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The origin with its port, as tokens are kept: `https://name.example:443`.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.url.scheme(), self.authority())
    }

    /// What a person calls it: the host, with a port that is not the usual one.
    pub fn name(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The address of one of its paths.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(path);
        url
    }

    fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        format!("{host}:{}", self.url.port_or_known_default().unwrap_or(443))
    }
}

fn wrong(text: &str, why: &str) -> Error {
    let shown = if text.is_empty() { String::new() } else { format!("`{}`: ", excerpt(text)) };
    Error::bad_value("[remote]", "url", format!("{ACCEPTED} ({shown}{why})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken() {
        for (text, origin, name) in [
            ("https://a-b-1.convex.cloud", "https://a-b-1.convex.cloud:443", "a-b-1.convex.cloud"),
            ("https://sync.example:8443/", "https://sync.example:8443", "sync.example:8443"),
            ("http://127.0.0.1:3210", "http://127.0.0.1:3210", "127.0.0.1:3210"),
            ("http://[::1]:3210", "http://[::1]:3210", "[::1]:3210"),
            ("http://localhost", "http://localhost:80", "localhost"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.origin().as_str(), address.name().as_str()), (origin, name));
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        for (text, said) in [
            ("happy-otter-123.convex.cloud", "not an address"),
            ("ftp://a.example", "neither"),
            ("http://a.example", "show your sign-in"),
            ("http://localhost.evil.example", "show your sign-in"),
            ("http://10.0.0.1:3210", "show your sign-in"),
            ("https://a.example/api", "everything after the host"),
            ("https://a.example/?x=1", "everything after the host"),
            ("https://a.example/#x", "everything after the host"),
            ("https://me:secret@a.example", "user name or password"),
            ("https://a-b-1.convex.site", "https://a-b-1.convex.cloud"),
            ("data:text/plain,x", "no host"),
        ] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
