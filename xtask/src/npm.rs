//! The parts of this repository that Node runs.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// A folder with a `package.json`, and its packages.
pub(crate) struct Package(PathBuf);

impl Package {
    /// The one in `folder` of the repository. Installs its packages if they are missing or
    /// older than the lock file.
    pub(crate) fn ready(root: &Path, folder: &str) -> Result<Self> {
        let folder = root.join(folder);
        driftline_deployment::install(&folder)?;
        Ok(Self(folder))
    }

    /// That of the deployment, whose program is built, too.
    pub(crate) fn deployment(root: &Path) -> Result<Self> {
        let package = Self::ready(root, "convex")?;
        driftline_deployment::build(&package.0)?;
        Ok(package)
    }

    /// The types and the form of its sources.
    pub(crate) fn check(&self) -> Result<()> {
        self.script("check", [""; 0], [])?;
        self.script("format", [""; 0], [])
    }

    /// Runs a script of it with these arguments and variables.
    pub(crate) fn script<'v>(
        &self,
        name: &str,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
        variables: impl IntoIterator<Item = (&'v str, &'v Path)>,
    ) -> Result<()> {
        let status = Command::new("npm")
            .args(["run", name, "--"])
            .args(arguments)
            .envs(variables)
            .current_dir(&self.0)
            .status()
            .context("cannot run npm; install Node 20.19 or newer")?;
        let folder = self.0.display();
        ensure!(status.success(), "`npm run {name}` failed in {folder}; see above");
        Ok(())
    }
}
