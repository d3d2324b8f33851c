//! The repository behind a folder. Two machines keep one repository in different folders, and
//! write its remote in different ways; what both mean is the same place.

/// Letters beyond which a text is no address of a repository.
const LONGEST: usize = 500;

/// The address of a repository without what differs between its users: scheme, user, password
/// and `.git`. None if nothing remote is named.
///
/// ```
/// use driftline_workspaces::repository;
/// let https = repository("https://me:secret@GitHub.com/example/demo.git");
/// assert_eq!(https.as_deref(), Some("github.com/example/demo"));
/// assert_eq!(repository("git@github.com:example/demo"), https);
/// assert_eq!(repository("/srv/demo"), None);
/// ```
pub fn repository(remote: &str) -> Option<String> {
    let remote = remote.trim();
    if remote.len() > LONGEST || remote.contains(|it: char| it.is_control() || it.is_whitespace()) {
        return None;
    }
    let (host, path) = match remote.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?,
        // As `scp` writes it. A single letter is a drive.
        None => remote.split_once(':').filter(|(host, _)| host.len() > 1 && !host.contains('/'))?,
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host).to_lowercase();
    let path = path.split(['?', '#']).next()?.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    let plain = !host.is_empty() && !path.is_empty() && !path.contains('\\');
    (plain && !path.split('/').any(|it| it.is_empty() || it == ".."))
        .then(|| format!("{host}/{path}"))
}

/// What a folder is of a repository: the repository's address, and the way from its top to
/// the folder, as far as the folder's path tells. Folders of equal places are one to people.
///
/// ```
/// use driftline_workspaces::place;
/// let home = place("github.com/example/demo", "/home/me/demo/crates/core");
/// assert_eq!(home.as_deref(), Some("github.com/example/demo/crates/core"));
/// assert_eq!(place("git@github.com:example/demo.git", "C:\\src\\demo\\crates\\core"), home);
/// ```
pub fn place(remote: &str, path: &str) -> Option<String> {
    // It may be written as an address already.
    let address = repository(remote).or_else(|| repository(&format!("git://{remote}")))?;
    let name = address.rsplit('/').next()?;
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|it| !it.is_empty()).collect();
    let top = parts.iter().rposition(|it| it.eq_ignore_ascii_case(name));
    let inside = top.and_then(|it| parts.get(it + 1..)).unwrap_or_default();
    let mut place = address.clone();
    for part in inside {
        place.push('/');
        place.push_str(part);
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_one_address_however_it_is_written() {
        for remote in [
            "git@github.com:example/demo.git",
            "https://github.com/example/demo",
            "https://github.com/example/demo.git/",
            "https://x-access-token:ghp_0123@github.com/example/demo.git",
            "ssh://git@GITHUB.com/example/demo.git",
            "git://github.com/example/demo?depth=1#main",
        ] {
            assert_eq!(repository(remote).as_deref(), Some("github.com/example/demo"), "{remote}");
        }
        let port = repository("ssh://git@host:2222/demo.git");
        assert_eq!(port.as_deref(), Some("host:2222/demo"));
    }

    #[test]
    fn what_is_nobodys_remote_has_no_address() {
        let long = format!("https://h/{}", "x".repeat(600));
        for remote in [
            "",
            "demo",
            "/srv/demo.git",
            "../demo",
            "file:///srv/demo",
            "C:\\src\\demo",
            "C:/demo",
            "https://",
            "https://host",
            "https://host/",
            "https://host/../demo",
            "git@:x",
            "a b:c",
            "https://host/a\nb",
            long.as_str(),
        ] {
            assert_eq!(repository(remote), None, "{remote}");
        }
    }

    #[test]
    fn folders_of_one_place_are_told_by_the_repositorys_name() {
        let place = |path| place("github.com/example/demo", path).unwrap();
        assert_eq!(place("/home/me/demo"), "github.com/example/demo");
        assert_eq!(place("/Users/me/src/Demo/"), "github.com/example/demo");
        assert_eq!(place("/home/me/demo/demo/web"), "github.com/example/demo/web");
        // A checkout under another name is taken for its top.
        assert_eq!(place("/home/me/worktrees/fix-7"), "github.com/example/demo");
        assert_eq!(place(""), "github.com/example/demo");
    }
}
