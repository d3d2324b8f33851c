//! The picture that people have at their provider: fetched once, when they sign in, and
//! kept. A deployment says where it is, and is believed only if that is where the provider
//! serves such pictures: nobody may make this machine call another host.

use driftline_convex_client::{Http, Origin};
use driftline_core::excerpt;
use url::Url;

use crate::{Error, ProviderPlugin, Result};

/// No picture of a person's head is larger.
const LARGEST: usize = 1 << 20;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its kind, as the ending of a file's name.
    pub kind: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// A picture, if the bytes begin like one. What can hold a script is none.
    pub fn of(bytes: Vec<u8>) -> Option<Self> {
        let kind = match bytes.as_slice() {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "png",
            [0xff, 0xd8, 0xff, ..] => "jpg",
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "gif",
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "webp",
            _ => return None,
        };
        Some(Self { kind, bytes })
    }
}

/// Fetches the picture at `address`, which `deployment` named for somebody of `provider`.
///
/// # Errors
/// When it is somewhere else, cannot be had, or is no picture.
pub async fn fetch_picture(
    http: &Http,
    deployment: &Origin,
    provider: &ProviderPlugin,
    address: &str,
) -> Result<Picture> {
    let host = deployment.host();
    let url = place(deployment, provider, address).ok_or_else(|| Error::BadAnswer {
        host: host.clone(),
        reason: format!("its picture is at `{}`, not at {}", excerpt(address), provider.pictures),
    })?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let unreachable = |reason| Error::Unreachable { host: host.clone(), reason };
    let bytes = http.get(url, LARGEST).await.map_err(|fault| unreachable(fault.to_string()))?;
    Picture::of(bytes)
        .ok_or_else(|| Error::BadAnswer { host: host.clone(), reason: "it is no picture".into() })
}

/// The address, if it may be called. A deployment on this machine may name another service
/// on this machine; a deployment elsewhere cannot send anybody anywhere.
fn place(deployment: &Origin, provider: &ProviderPlugin, address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let origin = Origin::of(&url).ok()?;
    let is_named = url.username().is_empty() && url.password().is_none();
    let is_theirs = url.scheme() == "https"
        && url.port_or_known_default() == Some(443)
        && url.host_str() == Some(provider.pictures);
    let is_here = deployment.is_loopback() && origin.is_loopback();
    (is_named && (is_theirs || is_here)).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_where_the_provider_serves_them() {
        let cloud = Origin::parse("https://a.convex.cloud").unwrap();
        let local = Origin::parse("http://127.0.0.1:3210").unwrap();
        let github = ProviderPlugin::named("github").unwrap();
        let takes = |from: &Origin, address: &str| place(from, github, address).is_some();
        assert!(takes(&cloud, "https://avatars.githubusercontent.com/u/1?v=4"));
        assert!(takes(&local, "http://127.0.0.1:4000/avatars/1"));
        for address in [
            "http://avatars.githubusercontent.com/u/1",
            "https://avatars.githubusercontent.com:8443/u/1",
            "https://me@avatars.githubusercontent.com/u/1",
            "https://avatars.githubusercontent.com.evil.example/u/1",
            "https://lh3.googleusercontent.com/a/1",
            "http://127.0.0.1:4000/avatars/1",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "data:image/png;base64,iVBORw0KGgo=",
            "",
        ] {
            assert!(!takes(&cloud, address), "{address}");
        }
        assert!(!takes(&local, "http://192.168.1.1/avatars/1"));
    }

    #[test]
    fn only_what_cannot_run_is_a_picture() {
        let kind = |bytes: &[u8]| Picture::of(bytes.to_vec()).map(|it| it.kind);
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n..."), Some("png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Some("jpg"));
        assert_eq!(kind(b"RIFF....WEBPVP8 "), Some("webp"));
        assert_eq!(kind(b"<svg onload=alert(1)>"), None);
        assert_eq!(kind(b"<html>"), None);
        assert_eq!(kind(b""), None);
    }
}
