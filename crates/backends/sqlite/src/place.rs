//! Where a file that several devices share must not be. SQLite needs locks and memory
//! that all its users share; network disks only pretend to have them, and a cloud
//! folder copies the file in the middle of a write. Both destroy it, some day.

use std::{
    fs,
    path::{Component, Path, PathBuf, Prefix},
};

use driftline_core::{Error, Result};

/// File systems that other machines write to, too. Parts after a point are how FUSE
/// says which program is behind it.
const NETWORK: [&str; 24] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "smb2",
    "9p",
    "afs",
    "ceph",
    "lustre",
    "gpfs",
    "beegfs",
    "ncpfs",
    "ocfs2",
    "gfs2",
    "glusterfs",
    "davfs",
    "davfs2",
    "sshfs",
    "rclone",
    "s3fs",
    "gcsfuse",
    "goofys",
    "ceph-fuse",
];

/// Folders of programs that copy files to a cloud, by how their name begins.
const CLOUD: [&str; 17] = [
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "my drive",
    "mobile documents",
    "icloud drive",
    "iclouddrive",
    "nextcloud",
    "owncloud",
    "cloudstorage",
    "box sync",
    "pcloud",
    "megasync",
    "proton drive",
    "protondrive",
    "seafile",
];

/// What such programs leave in the folder that they copy.
const MARKERS: [&str; 5] =
    [".stfolder", ".dropbox", ".dropbox.cache", ".owncloudsync.log", ".seafile-data"];

/// Refuses a place where a shared file would be damaged.
///
/// # Errors
/// [`Error::Store`], which says why and where to put it.
pub(crate) fn check_shared(path: &Path) -> Result<()> {
    match not_shared(path) {
        None => Ok(()),
        Some(reason) => Err(Error::Store {
            what: format!("{} {reason}, where SQLite files get damaged", path.display()),
            help: "put it on a local disk; to sync between machines use another backend".into(),
            source: None,
        }),
    }
}

/// Why the file at `path` is not one and the same file to all who use it, as the end of a
/// sentence; none if it is.
pub fn not_shared(path: &Path) -> Option<String> {
    let real = deepest_real(path);
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let reason = cloud(&real).map(|it| format!("is in a folder that is copied to a cloud ({it})"));
    reason
        .or_else(|| network(&mounts, &real).map(|it| format!("is on a disk in the network ({it})")))
}

/// `path` with the links resolved in the part of it that exists.
pub(crate) fn deepest_real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for folder in path.ancestors() {
        if let (Ok(real), Ok(rest)) = (fs::canonicalize(folder), path.strip_prefix(folder)) {
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    path
}

fn cloud(path: &Path) -> Option<String> {
    for component in path.components() {
        let Component::Normal(name) = component else { continue };
        let name = name.to_string_lossy();
        let lower = name.to_lowercase();
        if CLOUD.iter().any(|it| begins(&lower, it)) {
            return Some(name.into_owned());
        }
    }
    let has_marker =
        |folder: &&Path| MARKERS.iter().any(|it| fs::symlink_metadata(folder.join(it)).is_ok());
    path.ancestors().skip(1).find(has_marker).map(|it| it.display().to_string())
}

/// "OneDrive - Company" is OneDrive, "dropboxes" is not Dropbox.
fn begins(name: &str, with: &str) -> bool {
    name.strip_prefix(with)
        .is_some_and(|rest| !rest.starts_with(|it: char| it.is_alphanumeric() || it == '_'))
}

/// The network file system that `path` is on, according to `mounts`, which is in the
/// form of `/proc/self/mountinfo`.
fn network(mounts: &str, path: &Path) -> Option<String> {
    if let Some(Component::Prefix(prefix)) = path.components().next()
        && matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..))
    {
        return Some(prefix.as_os_str().to_string_lossy().into_owned());
    }
    let mut found: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let Some((left, right)) = line.split_once(" - ") else { continue };
        let (Some(point), Some(kind)) = (left.split(' ').nth(4), right.split(' ').next()) else {
            continue;
        };
        let point = PathBuf::from(unescaped(point));
        let depth = point.components().count();
        // Of two on one point the later one hides the earlier.
        if path.starts_with(&point) && found.is_none_or(|it| it.0 <= depth) {
            found = Some((depth, kind));
        }
    }
    let kind = found?.1;
    let name = kind.strip_prefix("fuse.").unwrap_or(kind);
    NETWORK.contains(&name).then(|| kind.to_owned())
}

/// The kernel writes a space as `\040`.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let octal = (*first == b'\\').then(|| tail.get(..3)).flatten();
        let code = octal.and_then(|it| std::str::from_utf8(it).ok());
        match code.and_then(|it| u8::from_str_radix(it, 8).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[3..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:45 / /mnt/team\\040files rw,relatime shared:1 - nfs4 host:/team rw
31 30 0:46 / /mnt/team\\040files/scratch rw - tmpfs tmpfs rw
32 22 0:47 / /home/me/box rw - fuse.sshfs me@host: rw
33 22 0:48 / /over rw - cifs //host/share rw
34 22 0:49 / /over rw - ext4 /dev/vdb rw
broken line
";

    #[test]
    fn network_disks_are_recognised_by_their_mount() {
        let on = |path: &str| network(MOUNTS, Path::new(path));
        assert_eq!(on("/mnt/team files/hub.db").as_deref(), Some("nfs4"));
        assert_eq!(on("/home/me/box/hub.db").as_deref(), Some("fuse.sshfs"));
        assert_eq!(on("/home/me/boxes/hub.db"), None);
        assert_eq!(on("/mnt/team files/scratch/hub.db"), None);
        assert_eq!(on("/over/hub.db"), None, "the later mount hides the earlier");
        assert_eq!(on("/hub.db"), None);
    }

    #[test]
    fn cloud_folders_are_recognised_by_name() {
        let cloud = |path: &str| cloud(Path::new(path));
        for path in [
            "/home/me/Dropbox/hub.db",
            "/home/me/Dropbox (Personal)/hub.db",
            "/Users/me/OneDrive - Company/hub.db",
            "/Users/me/Google Drive/hub.db",
            "/Users/me/Library/Mobile Documents/com~apple~CloudDocs/hub.db",
            "/Users/me/Library/CloudStorage/GoogleDrive-me@example.com/hub.db",
            "/home/me/Nextcloud/hub.db",
        ] {
            assert!(cloud(path).is_some(), "{path}");
        }
        assert!(cloud("/home/me/dropboxes/hub.db").is_none());
        assert!(cloud("/home/me/src/nextcloud_client/hub.db").is_none());
        assert!(cloud("/home/me/hub.db").is_none());
    }

    #[test]
    fn cloud_folders_are_recognised_by_what_their_program_leaves() {
        let folder = tempfile::tempdir().unwrap();
        let shared = folder.path().join("shared/deep");
        fs::create_dir_all(&shared).unwrap();
        assert!(check_shared(&shared.join("hub.db")).is_ok());
        fs::create_dir(folder.path().join("shared/.stfolder")).unwrap();
        let error = check_shared(&shared.join("hub.db")).unwrap_err().to_string();
        assert!(error.contains("copied to a cloud") && error.contains("local disk"), "{error}");
        let link = folder.path().join("link");
        #[cfg(unix)]
        std::os::unix::fs::symlink(&shared, &link).unwrap();
        #[cfg(unix)]
        assert!(check_shared(&link.join("new/hub.db")).is_err(), "links are followed");
    }
}
