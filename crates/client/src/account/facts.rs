//! Who is signed in, as it was last heard: kept in the profile, so that it can be shown
//! without a network. No token is in it.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::error::{Context as _, Result};
use driftline_auth::{Account, Picture};
use driftline_core::Millis;
use serde::{Deserialize, Serialize};

const FILE: &str = "account.json";
const PICTURE: &str = "picture";

/// Who signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// At which deployment.
    pub remote: String,
    /// `provider:account id`.
    pub person: String,
    /// The provider.
    pub provider: String,
    /// The name by which the provider tells them from others.
    #[serde(default)]
    pub login: Option<String>,
    /// What they call themselves there.
    pub name: Option<String>,
    /// When they signed in.
    pub at: Millis,
    /// Their picture, in the folder of the profile.
    pub picture: Option<String>,
}

/// What was kept, if somebody is signed in at `remote`.
pub(crate) fn load(profile: &Path, remote: &str) -> Option<Facts> {
    let text = fs::read_to_string(profile.join(FILE)).ok()?;
    let facts: Facts = serde_json::from_str(&text).ok()?;
    (facts.remote == remote).then_some(facts)
}

/// The file with the picture of whoever is signed in.
pub(crate) fn picture(profile: &Path, facts: &Facts) -> Option<PathBuf> {
    let name = facts.picture.as_deref().filter(|it| it.starts_with(PICTURE))?;
    Some(profile.join(Path::new(name).file_name()?))
}

/// What kind of picture a file of [`picture`] holds, such as `image/png`.
pub(crate) fn media(path: &Path) -> Option<String> {
    let ending = path.extension()?.to_str()?;
    Some(format!("image/{}", if ending == "jpg" { "jpeg" } else { ending }))
}

/// Keeps who signed in.
pub(crate) fn keep(
    profile: &Path,
    remote: &str,
    account: &Account,
    picture: Option<&Picture>,
    at: Millis,
) -> Result<()> {
    forget(profile);
    let name = picture.map(|it| format!("{PICTURE}.{}", it.kind));
    if let (Some(picture), Some(name)) = (picture, &name) {
        replace(profile, name, &picture.bytes)?;
    }
    let facts = Facts {
        remote: remote.to_owned(),
        person: account.person.clone(),
        provider: account.provider.clone(),
        login: account.login.clone(),
        name: account.name.clone(),
        at,
        picture: name,
    };
    let text = serde_json::to_string_pretty(&facts).context("it is no JSON")?;
    replace(profile, FILE, text.as_bytes())
}

/// Forgets who was signed in.
pub(crate) fn forget(profile: &Path) {
    let mut names = vec![FILE.to_owned()];
    names.extend(["png", "jpg", "gif", "webp"].map(|kind| format!("{PICTURE}.{kind}")));
    for name in names {
        // What is not there need not go.
        let _ = fs::remove_file(profile.join(name));
    }
}

fn replace(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let shown = folder.join(name).display().to_string();
    let write = || -> std::io::Result<()> {
        let mut new = tempfile::Builder::new().prefix(name).tempfile_in(folder)?;
        new.write_all(bytes)?;
        new.persist(folder.join(name))?;
        Ok(())
    };
    write().with_context(|| format!("{shown} cannot be written"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_of_one_deployment_and_can_be_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let account = Account {
            person: "github:1".into(),
            provider: "github".into(),
            login: Some("ada".into()),
            name: Some("Ada".into()),
            image: None,
            account: None,
            devices: Vec::new(),
        };
        let picture = Picture::of(b"GIF89a".to_vec());
        keep(folder.path(), "a.example", &account, picture.as_ref(), 7).unwrap();
        assert_eq!(load(folder.path(), "b.example"), None);
        let facts = load(folder.path(), "a.example").unwrap();
        assert_eq!((facts.name.as_deref(), facts.at), (Some("Ada"), 7));
        let path = super::picture(folder.path(), &facts).unwrap();
        assert_eq!(fs::read(path).unwrap(), b"GIF89a");
        let stray = Facts { picture: Some("../tokens/x".into()), ..facts };
        assert_eq!(super::picture(folder.path(), &stray), None);
        forget(folder.path());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
