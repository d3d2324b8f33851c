//! The machine's Chromium.

use std::{env, path::PathBuf};

use anyhow::{Result, bail};

use crate::debian;

/// The variable that names one.
const VARIABLE: &str = "CHROMIUM";

/// What it is called, in the folders of `PATH`. The first one draws no window and needs
/// two thirds of the time.
const NAMES: [&str; 5] = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// Where macOS has it, which is in no `PATH`.
const ELSEWHERE: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Debian's packages. Without a font there is no text.
const PACKAGES: [&str; 2] = ["chromium-headless-shell", "fonts-liberation"];

/// The browser of this machine, installed first if need be.
pub(super) fn ready() -> Result<PathBuf> {
    debian::find_or_install(search, &PACKAGES, &advice())
}

fn search() -> Result<Option<PathBuf>> {
    let folders: Vec<_> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    find(env::var_os(VARIABLE).map(PathBuf::from), &folders)
}

/// The one that was `given`, or the first one in `folders` or where macOS has it.
fn find(given: Option<PathBuf>, folders: &[PathBuf]) -> Result<Option<PathBuf>> {
    if let Some(given) = given.filter(|it| !it.as_os_str().is_empty()) {
        if given.is_file() {
            return Ok(Some(given));
        }
        bail!("{VARIABLE} names {}, where there is no program", given.display());
    }
    let places = NAMES.iter().flat_map(|name| folders.iter().map(move |it| it.join(name)));
    Ok(places.chain(ELSEWHERE.map(PathBuf::from)).find(|it| it.is_file()))
}

fn advice() -> String {
    let packages = PACKAGES.join(" ");
    format!(
        "The browser tests need Chromium or Chrome. On Debian or Ubuntu:\n  \
         sudo apt-get update && sudo apt-get install --no-install-recommends {packages}\n\
         On macOS:\n  brew install --cask chromium\n\
         Or name one that is here already: {VARIABLE}=/path/to/chromium"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_was_named_comes_first_and_must_exist() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        for name in ["google-chrome", "chromium", "other"] {
            std::fs::write(place(name), "").unwrap();
        }
        let folders = [place("missing"), folder.path().to_owned()];
        let found = |given: Option<&str>| find(given.map(place), &folders).unwrap().unwrap();
        assert_eq!(found(Some("other")), place("other"));
        assert_eq!(found(None), place("chromium"));
        let error = find(Some(place("missing")), &folders).unwrap_err().to_string();
        assert!(error.contains(VARIABLE) && error.contains("missing"), "{error}");
        assert_eq!(find(Some(PathBuf::new()), &folders).unwrap(), Some(place("chromium")));
    }
}
