//! VS Code and the editors made from it, as far as agents in them are concerned: where each
//! keeps what its extensions write.

use std::path::{Path, PathBuf};

/// What editors call their folder, on desktops.
const EDITORS: &[&str] = &[
    "Code",
    "Code - Insiders",
    "VSCodium",
    "VSCodium - Insiders",
    "Code - OSS",
    "Cursor",
    "Windsurf",
    "Windsurf - Next",
    "Positron",
    "Trae",
    "Antigravity",
    "Kiro",
];

/// Where that folder is: on Linux, macOS and Windows.
const DESKTOPS: &[&str] = &[".config", "Library/Application Support", "AppData/Roaming"];

/// Where editors keep it that run on another machine than their window.
const SERVERS: &[&str] = &[
    ".vscode-server/data",
    ".vscode-server-insiders/data",
    ".vscode-remote/data",
    ".vscodium-server/data",
    ".cursor-server/data",
    ".windsurf-server/data",
    ".local/share/code-server",
    ".openvscode-server/data",
];

/// The folders `User` of the editors that a home has. Whoever asks again finds those that
/// came since: a list of all that there could be would be long, and is shown to people.
pub(crate) fn folders(home: &Path) -> Vec<PathBuf> {
    let desktops =
        DESKTOPS.iter().flat_map(|it| EDITORS.iter().map(move |one| home.join(it).join(one)));
    let all = desktops.chain(SERVERS.iter().map(|it| home.join(it)));
    all.map(|it| it.join("User")).filter(|it| it.is_dir()).collect()
}

/// Where an extension keeps files in each of them.
pub(crate) fn storage(home: &Path, extension: &str) -> Vec<PathBuf> {
    let folders = folders(home).into_iter();
    folders.map(|it| it.join("globalStorage").join(extension)).collect()
}

/// A path, which editors write as a URI: `file:///a%20b`, `vscode-remote://host/a`.
pub(crate) fn path(text: &str) -> String {
    let Some((_, rest)) = text.split_once("://") else { return text.to_owned() };
    let Some(start) = rest.find('/') else { return text.to_owned() };
    let mut bytes = Vec::new();
    let mut rest = rest.as_bytes().get(start..).unwrap_or_default();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *byte == b'%');
        let code = code.and_then(|it| std::str::from_utf8(it).ok());
        let code = code.and_then(|it| u8::from_str_radix(it, 16).ok());
        bytes.push(code.unwrap_or(*byte));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    let Ok(path) = String::from_utf8(bytes) else { return text.to_owned() };
    let drive = path.strip_prefix('/').filter(|it| it.as_bytes().get(1) == Some(&b':'));
    drive.map(str::to_owned).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_a_path() {
        for (text, expected) in [
            ("/home/me/a b", "/home/me/a b"),
            ("file:///home/me/a%20b%c3%A9", "/home/me/a b\u{e9}"),
            ("file:///c%3A/Users/me", "c:/Users/me"),
            ("vscode-remote://wsl%2Bubuntu/home/me", "/home/me"),
            ("file:///a%2", "/a%2"),
            ("file:///a%", "/a%"),
            ("file:///%zz%", "/%zz%"),
            ("file:///%ff", "file:///%ff"),
            ("untitled:x", "untitled:x"),
        ] {
            assert_eq!(path(text), expected);
        }
    }

    #[test]
    fn editors_are_those_that_are_there() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(folders(home.path()).len(), 0);
        let there = [".config/Code/User", "Library/Application Support/Cursor/User"];
        for it in there {
            std::fs::create_dir_all(home.path().join(it)).unwrap();
        }
        assert_eq!(folders(home.path()), there.map(|it| home.path().join(it)));
        let expected = there.map(|it| home.path().join(it).join("globalStorage/a.b"));
        assert_eq!(storage(home.path(), "a.b"), expected);
    }
}
