//! What git knows of a folder, read from its files: no program of the folder's is run. What
//! they hold is somebody else's; what cannot be read is not known.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

/// The longest of git's files that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// A checkout.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Checkout {
    /// The branch that is checked out.
    pub(super) branch: Option<String>,
    /// Where it is fetched from, without names and passwords.
    pub(super) remote: Option<String>,
}

/// The checkout that `folder` is in.
pub(super) fn checkout(folder: &Path) -> Option<Checkout> {
    let git = folder.ancestors().find_map(repository)?;
    let head = read(&git.join("HEAD")).unwrap_or_default();
    let branch = head.trim().strip_prefix("ref: refs/heads/").map(str::to_owned);
    // Worktrees share the config of their repository.
    let common = read(&git.join("commondir")).map(|it| git.join(it.trim()));
    let config = read(&common.unwrap_or(git).join("config")).unwrap_or_default();
    Some(Checkout { branch, remote: origin(&config).map(|it| plain(&it)) })
}

/// The repository of a checkout whose root is `folder`.
fn repository(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let named = read(&git)?;
    Some(folder.join(named.trim().strip_prefix("gitdir:")?.trim()))
}

fn read(path: &Path) -> Option<String> {
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    File::open(path).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

/// The address of the remote `origin`; without one, that of the first.
fn origin(config: &str) -> Option<String> {
    let (mut section, mut first, mut origin) = (None, None, None);
    for line in config.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[') {
            let remote = name.strip_prefix("remote \"");
            section = remote.and_then(|it| it.strip_suffix("\"]"));
        } else if let (Some(remote), Some((key, value))) = (section, line.split_once('='))
            && key.trim() == "url"
        {
            let url = value.trim().trim_matches('"').to_owned();
            if remote == "origin" {
                origin = Some(url);
            } else {
                first = first.or(Some(url));
            }
        }
    }
    origin.or(first)
}

/// An address without what differs between two ways to the same repository: the scheme, who
/// asks, a closing `.git`.
pub(super) fn plain(url: &str) -> String {
    let url = url.trim().trim_end_matches('/');
    let url = url.strip_suffix(".git").unwrap_or(url);
    let Some((_, rest)) = url.split_once("://") else {
        // git@host:path
        return match url.split_once(':') {
            Some((host, path)) if !host.contains('/') => {
                let host = host.rsplit('@').next().unwrap_or_default();
                format!("{host}/{}", path.trim_start_matches('/'))
            }
            _ => url.to_owned(),
        };
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{host}/{path}")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_checkout_tells_its_branch_and_its_remote() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("x");
        fs::create_dir_all(root.join(".git/worktrees/w")).unwrap();
        fs::create_dir_all(root.join("src/deep")).unwrap();
        assert_eq!(checkout(&root.join("src/deep")), Some(Checkout::default()));
        fs::write(root.join(".git/HEAD"), "ref: refs/heads/topic/a\n").unwrap();
        let config = "[core]\n\tbare = false\n[remote \"up\"]\n\turl = /srv/up\n\
                      [remote \"origin\"]\n\turl = https://me:secret@github.com/a/b.git\n";
        fs::write(root.join(".git/config"), config).unwrap();
        let told = |branch: &str| {
            let remote = Some("github.com/a/b".to_owned());
            Some(Checkout { branch: Some(branch.into()), remote })
        };
        assert_eq!(checkout(&root.join("src/deep")), told("topic/a"));

        let tree = home.path().join("w");
        fs::create_dir(&tree).unwrap();
        fs::write(tree.join(".git"), "gitdir: ../x/.git/worktrees/w\n").unwrap();
        fs::write(root.join(".git/worktrees/w/HEAD"), "ref: refs/heads/other\n").unwrap();
        fs::write(root.join(".git/worktrees/w/commondir"), "../..\n").unwrap();
        assert_eq!(checkout(&tree), told("other"));
        fs::write(root.join(".git/worktrees/w/HEAD"), "c26dd4256b\n").unwrap();
        assert_eq!(checkout(&tree).unwrap().branch, None);
        assert_eq!(checkout(home.path().parent().unwrap()), None);
    }

    #[test]
    fn ways_to_one_repository_are_equal() {
        for url in [
            "git@github.com:a/b.git",
            "https://me:pw@github.com/a/b",
            "ssh://git@github.com/a/b.git/",
            "https://github.com/a/b.git",
        ] {
            assert_eq!(plain(url), "github.com/a/b", "{url}");
        }
        assert_eq!(plain("/srv/git/b.git"), "/srv/git/b");
        assert_eq!(plain("C:\\git"), "C/\\git");
    }
}
