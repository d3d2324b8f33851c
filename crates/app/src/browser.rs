//! How a browser of this machine is handed an address that holds a secret. Every user of a
//! machine can read what its programs are called with, so the browser is called with a page
//! of the profile, which its owner alone can read, and that leads on.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use tempfile::NamedTempFile;
use url::Url;

const ENDING: &str = ".html";

/// What such a page is for, which is how its name begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The app.
    App,
    /// A provider's sign-in.
    SignIn,
}

impl Purpose {
    fn prefix(self) -> &'static str {
        match self {
            Self::App => "open-app-",
            Self::SignIn => "open-sign-in-",
        }
    }
}

/// A page that leads to an address. It is gone once this is dropped.
pub(crate) struct Handover(NamedTempFile);

impl Handover {
    /// Hands `to` to the browser of this system. None if there is none to ask. It may still
    /// show nothing, so the address is told as well.
    pub(crate) fn open(profile: &Path, purpose: Purpose, to: &Url) -> Option<Self> {
        let page = Self::write(profile, purpose, to).inspect_err(|error| {
            tracing::warn!(%error, "no page can be written for the browser");
        });
        let page = page.ok()?;
        open::that_detached(page.0.path()).is_ok().then_some(page)
    }

    fn write(profile: &Path, purpose: Purpose, to: &Url) -> io::Result<Self> {
        // Made under a name that nobody knows before, for its owner alone.
        let mut new = tempfile::Builder::new();
        let mut page = new.prefix(purpose.prefix()).suffix(ENDING).tempfile_in(profile)?;
        page.write_all(markup(to).as_bytes())?;
        page.flush()?;
        Ok(Self(page))
    }

    /// Leaves the page to [`clear`].
    pub(crate) fn leave(self) {
        // A name that cannot be kept goes now, and the address is on the terminal.
        let _it_is_gone = self.0.keep();
    }
}

/// Takes away the pages that were left for `purpose`, those with `part` in them.
pub(crate) fn clear(profile: &Path, purpose: Purpose, part: &str) {
    let Ok(entries) = fs::read_dir(profile) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_one = name
            .to_str()
            .is_some_and(|it| it.starts_with(purpose.prefix()) && it.ends_with(ENDING));
        let path = entry.path();
        let holds = || fs::read_to_string(&path).is_ok_and(|it| it.contains(part));
        if is_one && (part.is_empty() || holds()) {
            // Another process may have taken it away.
            let _it_is_gone = fs::remove_file(&path);
        }
    }
}

fn markup(to: &Url) -> String {
    let to = to.as_str().replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={to}\">\n\
         <title>Driftline</title>\n<p><a href=\"{to}\">Go on to Driftline</a></p>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_page_leads_on_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let to = Url::parse("http://127.0.0.1:1/a?x=1&y=%22\"#code=<abc").unwrap();
        let page = Handover::write(folder.path(), Purpose::App, &to).unwrap();
        let text = fs::read_to_string(page.0.path()).unwrap();
        let url = "http://127.0.0.1:1/a?x=1&amp;y=%22%22#code=%3Cabc";
        assert!(text.contains(&format!("content=\"0; url={url}\"")), "{text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(page.0.path()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        drop(page);
        assert_eq!(names(folder.path()), 0);
    }

    #[test]
    fn pages_that_were_left_are_taken_away_by_what_they_are_for_and_where_they_lead() {
        let folder = tempfile::tempdir().unwrap();
        for (purpose, code) in
            [(Purpose::App, "one"), (Purpose::App, "two"), (Purpose::SignIn, "one")]
        {
            let to = Url::parse(&format!("http://127.0.0.1:1/#code={code}")).unwrap();
            Handover::write(folder.path(), purpose, &to).unwrap().leave();
        }
        fs::write(folder.path().join("open-app-notes.txt"), "one").unwrap();
        clear(folder.path(), Purpose::App, "one");
        assert_eq!(names(folder.path()), 3);
        clear(folder.path(), Purpose::App, "");
        assert_eq!(names(folder.path()), 2);
        clear(folder.path(), Purpose::SignIn, "");
        assert_eq!(names(folder.path()), 1);
    }
}
