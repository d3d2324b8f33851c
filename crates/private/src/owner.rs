//! Whether a file or folder can be believed: it is this user's, and nobody else writes it.

use std::{fmt, io, path::Path};

/// Why a file or folder cannot be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another user owns it.
    Foreign {
        /// Whoever that is.
        owner: u32,
        /// Who runs this program.
        user: u32,
    },
    /// Others than its owner may write it.
    Writable,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign { owner, .. } => {
                write!(f, "belongs to another user of this machine (number {owner})")
            }
            Self::Writable => write!(f, "can be written by other users of this machine"),
        }
    }
}

impl Fault {
    /// The command that ends it, once its owner has seen that nothing is wrong with what is
    /// in there.
    pub fn mended_by(&self, path: &Path) -> String {
        let path = path.display().to_string();
        let plain = |it: char| it.is_ascii_alphanumeric() || "/._-+,@:".contains(it);
        // Any other name could end in a shell as something else than it is.
        let path = if path.chars().all(plain) { &path } else { "PATH" };
        match self {
            Self::Foreign { user, .. } => format!("sudo chown -R {user} {path}"),
            Self::Writable => format!("chmod go-w {path}"),
        }
    }
}

/// What is wrong with whom `path` belongs to: with what a link leads to, if it is one.
///
/// # Errors
/// When there is nothing, or it cannot be looked at.
pub fn fault(path: &Path) -> io::Result<Option<Fault>> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let found = std::fs::metadata(path)?;
        let user = rustix::process::geteuid().as_raw();
        Ok(match (found.uid(), found.mode()) {
            (owner, _) if owner != user => Some(Fault::Foreign { owner, user }),
            (_, mode) if mode & 0o022 != 0 => Some(Fault::Writable),
            _ => None,
        })
    }
    #[cfg(not(unix))]
    std::fs::metadata(path).map(|_| None)
}

#[cfg(all(test, unix))]
mod tests {
    use std::{
        fs,
        os::unix::fs::{PermissionsExt as _, chown},
    };

    use super::*;

    #[test]
    fn what_others_own_or_can_write_is_told_with_what_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        assert!(fault(&file).is_err());
        fs::write(&file, "").unwrap();
        for (mode, wrong) in [(0o600, false), (0o644, false), (0o620, true), (0o602, true)] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(fault(&file).unwrap() == Some(Fault::Writable), wrong, "{mode:o}");
        }
        assert_eq!(Fault::Writable.mended_by(&file), format!("chmod go-w {}", file.display()));
        assert_eq!(Fault::Writable.mended_by(Path::new("/a; b")), "chmod go-w PATH");
        // Only root can give a file away.
        if chown(&file, Some(65_534), None).is_ok() {
            let fault = fault(&file).unwrap().unwrap();
            assert!(matches!(fault, Fault::Foreign { owner: 65_534, .. }), "{fault:?}");
            assert!(fault.mended_by(&file).starts_with("sudo chown -R "));
        }
    }
}
