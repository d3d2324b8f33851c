//! Finds the program of the deployment and makes sure that its packages are installed.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::SystemTime,
};

use crate::Error;

/// The oldest Node that runs it.
const OLDEST_NODE: u32 = 20;

/// The folder `convex` of the repository that `from` is in.
pub(crate) fn convex_folder(from: &Path) -> Result<PathBuf, Error> {
    from.ancestors()
        .map(|it| it.join("convex"))
        .find(|it| it.join("local/main.ts").is_file())
        .ok_or_else(|| Error::NoRepository(from.to_owned()))
}

/// Refuses a machine without a recent Node.
pub(crate) fn check_node(node: &Path) -> Result<(), Error> {
    let output = Command::new(node).arg("--version").output().map_err(Error::NoNode)?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = said.strip_prefix('v').and_then(|it| it.split('.').next()?.parse::<u32>().ok());
    if major.is_some_and(|it| it >= OLDEST_NODE) { Ok(()) } else { Err(Error::OldNode(said)) }
}

/// Installs the packages of the folder with this `package.json` if they are missing or
/// older than the lock file; none of them gets to run a script of its own. A file lock makes
/// others wait meanwhile, so it happens once.
///
/// # Errors
/// If npm is missing, or fails.
pub fn install(folder: &Path) -> Result<(), Error> {
    if is_installed(folder) {
        return Ok(());
    }
    let _lock = lock(folder)?;
    if is_installed(folder) {
        return Ok(());
    }
    // Its output is for people; what this program prints on standard output may not be.
    let status = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .map_err(Error::io("run npm, which comes with Node"))?;
    if status.success() {
        return Ok(());
    }
    Err(Error::Install { folder: folder.to_owned(), reason: status.to_string() })
}

/// Whether npm's own record is at least as new as the lock file.
fn is_installed(folder: &Path) -> bool {
    let record = changed(&folder.join("node_modules/.package-lock.json"));
    record.is_some() && record >= changed(&folder.join("package-lock.json"))
}

/// Makes other processes that change this folder wait until the file is dropped.
pub(crate) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(".install.lock");
    let lock = File::create(&path).map_err(Error::io(format!("create {}", path.display())))?;
    lock.lock().map_err(Error::io(format!("lock {}", path.display())))?;
    Ok(lock)
}

pub(crate) fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_recent_node_is_refused() {
        let missing = check_node(Path::new("/nowhere/node")).unwrap_err();
        assert!(matches!(missing, Error::NoNode(_)), "{missing}");
        let other = check_node(Path::new("true")).unwrap_err();
        assert!(matches!(other, Error::OldNode(_)), "{other}");
        assert!(other.to_string().contains("install Node 20"), "{other}");
    }

    #[test]
    fn packages_older_than_the_lock_file_count_as_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("node_modules")).unwrap();
        let lock = File::create(path("package-lock.json")).unwrap();
        assert!(!is_installed(folder.path()));
        let record = File::create(path("node_modules/.package-lock.json")).unwrap();
        let second = |n| SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(n);
        lock.set_modified(second(2)).unwrap();
        record.set_modified(second(1)).unwrap();
        assert!(!is_installed(folder.path()));
        record.set_modified(second(2)).unwrap();
        assert!(is_installed(folder.path()));
    }

    #[test]
    fn no_script_runs_when_packages_are_installed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
        let script = r#"{ "name": "it", "scripts": { "install": "node -e 0 > ran" } }"#;
        write("package.json", script).unwrap();
        let lock =
            r#"{ "name": "it", "lockfileVersion": 3, "packages": { "": { "name": "it" } } }"#;
        write("package-lock.json", lock).unwrap();
        install(folder.path()).unwrap();
        assert!(!folder.path().join("ran").exists(), "a script ran");
    }

    #[test]
    fn outside_the_repository_there_is_nothing_to_start() {
        let folder = tempfile::tempdir().unwrap();
        let error = convex_folder(folder.path()).unwrap_err();
        assert!(matches!(error, Error::NoRepository(_)), "{error}");
    }
}
