//! Where a deployment is. Tokens and rows go to exactly one origin (scheme, host and port), so
//! anything that could mean another one is refused when an address is read, not when a call
//! fails.

use std::fmt;

use driftline_core::excerpt;
use url::{Host, Url};

use crate::{Error, Result};

/// Scheme, host and port of a deployment, of its pages or of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(Url);

impl Origin {
    /// Reads an address of nothing but an origin.
    ///
    /// # Errors
    /// When it is more than an origin, or when tokens would travel unprotected: plain http
    /// is for this machine only.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |reason: &str| Err(wrong(text, reason));
        let Ok(url) = Url::parse(text) else { return wrong("it is not an address") };
        if !url.username().is_empty() || url.password().is_some() {
            // The text is not shown: it holds a password.
            return Err(self::wrong("", "it holds a user name or password; sign in instead"));
        }
        let origin = Self(url);
        let url = &origin.0;
        match url.scheme() {
            _ if url.host().is_none() => return wrong("it names no host"),
            "https" => (),
            "http" if origin.is_loopback() => (),
            "http" => return wrong("http would show your sign-in to the network; write https"),
            _ => return wrong("it is neither https nor http"),
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return wrong("leave out everything after the host");
        }
        Ok(origin)
    }

    /// Reads the address of a deployment.
    ///
    /// # Errors
    /// As [`Self::parse`], and when the host is one where Convex serves web pages only.
    pub fn of_deployment(text: &str) -> Result<Self> {
        let origin = Self::parse(text)?;
        let site = origin.0.host_str().and_then(|it| it.strip_suffix(".convex.site"));
        match site {
            Some(name) => {
                let right =
                    format!("that host serves web pages; write https://{name}.convex.cloud");
                Err(wrong(text, &right))
            }
            None => Ok(origin),
        }
    }

    /// The origin that a page belongs to.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn of(page: &Url) -> Result<Self> {
        Self::parse(&page.origin().ascii_serialization())
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        }
    }

    /// What a person calls it: the host, with a port that is not the usual one.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// As a person writes it: `https://name.example`.
    pub fn address(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The address of one of its paths.
    pub fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }
}

/// The form in which tokens are kept: `https://name.example:443`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.host_str().unwrap_or_default();
        let port = self.0.port_or_known_default().unwrap_or(443);
        write!(f, "{}://{host}:{port}", self.0.scheme())
    }
}

fn wrong(text: &str, reason: &str) -> Error {
    Error::BadAddress { text: excerpt(text), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scheme_host_and_port_count() {
        for (text, kept, host) in [
            ("https://a-b-1.convex.cloud", "https://a-b-1.convex.cloud:443", "a-b-1.convex.cloud"),
            (
                "https://A-b-1.Convex.cloud:443/",
                "https://a-b-1.convex.cloud:443",
                "a-b-1.convex.cloud",
            ),
            ("https://sync.example:8443/", "https://sync.example:8443", "sync.example:8443"),
            ("http://127.0.0.1:3210", "http://127.0.0.1:3210", "127.0.0.1:3210"),
            ("http://[::1]:3210", "http://[::1]:3210", "[::1]:3210"),
            ("http://localhost", "http://localhost:80", "localhost"),
        ] {
            let origin = Origin::of_deployment(text).unwrap();
            assert_eq!((origin.to_string().as_str(), origin.host().as_str()), (kept, host));
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        for (text, said) in [
            ("happy-otter-123.convex.cloud", "not an address"),
            ("ftp://a.example", "neither"),
            ("http://a.example", "show your sign-in"),
            ("http://localhost.evil.example", "show your sign-in"),
            ("http://127.0.0.1.evil.example:3210", "show your sign-in"),
            ("http://10.0.0.1:3210", "show your sign-in"),
            ("https://a.example/api", "everything after the host"),
            ("https://a.example?x", "everything after the host"),
            ("https://a.example/?x=1", "everything after the host"),
            ("https://a.example/#x", "everything after the host"),
            ("https://me:secret@a.example", "user name or password"),
            ("ftp://me:secret@a.example", "user name or password"),
            ("https://a-b-1.convex.site", "https://a-b-1.convex.cloud"),
            ("data:text/plain,x", "no host"),
            ("javascript:alert(1)", "no host"),
        ] {
            let error = Origin::of_deployment(text).unwrap_err();
            let told = error.to_string();
            let as_setting = driftline_core::Error::from(error).to_string();
            for error in [told, as_setting] {
                assert!(error.contains(said), "{text}: {error}");
                assert!(!error.contains("secret"), "{error}");
            }
        }
    }
}
