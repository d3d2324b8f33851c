//! Where a deployment serves its web pages. A browser is sent there and nowhere else.

use driftline_convex_client::Origin;
use driftline_core::excerpt;
use url::Url;

use crate::{Error, Result};

/// Where a deployment serves its web pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site(Origin);

impl Site {
    /// Where the pages of `deployment` are: what the config says, else what Convex's own
    /// hosts and its programs for one machine do.
    ///
    /// # Errors
    /// When nobody can know: a deployment on a host of its own has to be told.
    pub fn of(deployment: &Origin, setting: Option<&str>) -> Result<Self> {
        if let Some(text) = setting {
            return Ok(Self(Origin::parse(text)?));
        }
        let mut url = deployment.join("");
        let cloud = url.host_str().and_then(|it| it.strip_suffix(".convex.cloud"));
        if let Some(name) = cloud.map(|it| format!("{it}.convex.site")) {
            if url.set_host(Some(&name)).is_ok() {
                return Ok(Self(Origin::of(&url)?));
            }
        } else if deployment.is_loopback()
            && let Some(port) = url.port().and_then(|it| it.checked_add(1))
            && url.set_port(Some(port)).is_ok()
        {
            return Ok(Self(Origin::of(&url)?));
        }
        Err(Error::UnknownSite { host: deployment.host() })
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
                met: met.address(),
                expected: self.0.address(),
            });
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
