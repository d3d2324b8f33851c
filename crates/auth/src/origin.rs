//! Where a deployment is. Tokens are kept for one origin (scheme, host and port) and are
//! sent to no other, so two addresses are the same only if all three are.

use std::fmt;

use driftline_core::excerpt;
use url::{Host, Url};

use crate::{Error, Result};

/// Scheme, host and port of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(Url);

/// Where a deployment serves its web pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site(Origin);

impl Origin {
    /// Reads an address of nothing but an origin.
    ///
    /// # Errors
    /// When it is more than an origin, or when tokens would travel unprotected: plain http
    /// is for this machine only.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |reason: &str| Error::BadAddress { text: excerpt(text), reason: reason.into() };
        let url = Url::parse(text).map_err(|_| wrong("it is not an address"))?;
        if !url.username().is_empty() || url.password().is_some() {
            // The text is not shown: it holds a password.
            let reason = "it holds a user name or password; sign in instead".into();
            return Err(Error::BadAddress { text: String::new(), reason });
        }
        let origin = Self(url);
        match origin.0.scheme() {
            "https" => (),
            "http" if origin.is_loopback() => (),
            "http" => return Err(wrong("http would show the sign-in to the network; write https")),
            _ => return Err(wrong("it is neither https nor http")),
        }
        let url = &origin.0;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("leave out everything after the host"));
        }
        Ok(origin)
    }

    /// The origin that an address of a page belongs to.
    pub(crate) fn of(page: &Url) -> Result<Self> {
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

impl Site {
    /// Where the pages of `deployment` are: what the config says, else what Convex's own
    /// hosts and its programs for one machine do.
    ///
    /// # Errors
    /// When nobody can know: a deployment on a host of its own has to be told.
    pub fn of(deployment: &Origin, setting: Option<&str>) -> Result<Self> {
        if let Some(text) = setting {
            return Origin::parse(text).map(Self);
        }
        let mut url = deployment.0.clone();
        let cloud = url.host_str().and_then(|it| it.strip_suffix(".convex.cloud"));
        if let Some(name) = cloud.map(|it| format!("{it}.convex.site")) {
            if url.set_host(Some(&name)).is_ok() {
                return Ok(Self(Origin(url)));
            }
        } else if deployment.is_loopback()
            && let Some(port) = url.port().and_then(|it| it.checked_add(1))
            && url.set_port(Some(port)).is_ok()
        {
            return Ok(Self(Origin(url)));
        }
        Err(Error::BadAddress {
            text: deployment.host(),
            reason: "where it serves its pages is not known; set it: driftline config set \
                     remote.site_url https://SITE"
                .into(),
        })
    }

    /// The origin of the pages.
    pub fn origin(&self) -> &Origin {
        &self.0
    }

    /// The page that a browser is to open, if it is one of these pages: what a deployment
    /// answers is opened nowhere else.
    ///
    /// # Errors
    /// When it is another origin's.
    pub(crate) fn page(&self, deployment: &Origin, text: &str) -> Result<Url> {
        let wrong = |reason: &str| Error::BadAnswer {
            host: deployment.host(),
            reason: format!("its sign-in page is `{}`: {reason}", excerpt(text)),
        };
        let url = Url::parse(text).map_err(|_| wrong("not an address"))?;
        let named = !url.username().is_empty() || url.password().is_some();
        let met = Origin::of(&url).map_err(|_| wrong("neither https nor this machine"))?;
        if met != self.0 || named {
            return Err(Error::WrongSite {
                host: deployment.host(),
                met: met.0.origin().ascii_serialization(),
                expected: self.0.0.origin().ascii_serialization(),
            });
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scheme_host_and_port_count() {
        for (text, kept) in [
            ("https://a-b-1.convex.cloud", "https://a-b-1.convex.cloud:443"),
            ("https://A-b-1.Convex.cloud:443/", "https://a-b-1.convex.cloud:443"),
            ("http://127.0.0.1:3210", "http://127.0.0.1:3210"),
            ("http://[::1]:3210", "http://[::1]:3210"),
        ] {
            assert_eq!(Origin::parse(text).unwrap().to_string(), kept);
        }
        for text in [
            "happy-otter",
            "ftp://a.example",
            "http://a.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example:3210",
            "http://10.0.0.1:3210",
            "https://me:secret@a.example",
            "https://a.example/api",
            "https://a.example?x",
            "https://a.example#x",
            "javascript:alert(1)",
        ] {
            let error = Origin::parse(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_site_is_derived_or_said() {
        let site = |text: &str, setting| {
            Site::of(&Origin::parse(text).unwrap(), setting).map(|it| it.0.to_string())
        };
        let cloud = site("https://a-b-1.eu-west-1.convex.cloud", None).unwrap();
        assert_eq!(cloud, "https://a-b-1.eu-west-1.convex.site:443");
        assert_eq!(site("http://127.0.0.1:3210", None).unwrap(), "http://127.0.0.1:3211");
        let own = site("https://api.example", Some("https://pages.example"));
        assert_eq!(own.unwrap(), "https://pages.example:443");
        assert!(site("https://api.example", None).unwrap_err().to_string().contains("site_url"));
        assert!(site("https://evil-convex.cloud.example", None).is_err());
    }

    #[test]
    fn a_browser_is_sent_to_the_site_only() {
        let deployment = Origin::parse("https://a.convex.cloud").unwrap();
        let site = Site::of(&deployment, None).unwrap();
        assert!(
            site.page(&deployment, "https://a.convex.site/api/auth/signin/github?code=1").is_ok()
        );
        for text in [
            "https://b.convex.site/",
            "http://a.convex.site/",
            "https://a.convex.site:8443/",
            "https://a.convex.site@evil.example/",
            "https://evil.example@a.convex.site/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "--help",
            "",
        ] {
            assert!(site.page(&deployment, text).is_err(), "{text}");
        }
    }
}
