//! The programs of agents, from npm, without the scripts that their packages would run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::known::{Agent, Program};

/// The version of Node that every agent of the day runs on.
const NODE: u32 = 22;

/// Folders of packages, one for each agent.
pub(super) struct Installed {
    folder: PathBuf,
    /// The folder of a `node`.
    pub(super) node: PathBuf,
}

/// An agent's program that is there.
pub(super) struct Found {
    pub(super) version: String,
    /// What to start, and its first arguments.
    pub(super) command: Vec<PathBuf>,
}

impl Installed {
    /// Installs the newest versions of `agents`, and Node, into `folder`.
    pub(super) fn install<'a>(
        folder: &Path,
        agents: impl IntoIterator<Item = &'a Agent>,
    ) -> Result<Self> {
        let node = format!("node-{}@{NODE}", kind());
        packages(&folder.join("node22"), &node)?;
        for agent in agents {
            packages(&folder.join(agent.command), &format!("{}@latest", agent.package))?;
        }
        Self::there(folder)
    }

    /// What was installed into `folder` before.
    pub(super) fn there(folder: &Path) -> Result<Self> {
        let folder = folder.canonicalize().with_context(|| format!("{}", folder.display()))?;
        let node = folder.join(format!("node22/node_modules/node-{}/bin", kind()));
        ensure!(node.is_dir(), "there is no Node in {}", node.display());
        Ok(Self { folder, node })
    }

    pub(super) fn find(&self, agent: &Agent) -> Result<Found> {
        let packages = self.folder.join(agent.command).join("node_modules");
        let manifest = packages.join(agent.package).join("package.json");
        let text = fs::read_to_string(&manifest)
            .with_context(|| format!("{} is not installed: {}", agent.name, manifest.display()))?;
        let manifest: Value = serde_json::from_str(&text)?;
        let version = manifest.get("version").and_then(Value::as_str).unwrap_or("?").to_owned();
        let command = match agent.program {
            Program::Native(before, after) => {
                vec![packages.join(format!("{before}{}{after}", kind()))]
            }
            Program::Script(script) => vec![self.node.join("node"), packages.join(script)],
        };
        for it in &command {
            ensure!(it.is_file(), "{} {version} has no {}", agent.name, it.display());
        }
        Ok(Found { version, command })
    }
}

/// This machine's kind, as packages of npm name it.
fn kind() -> String {
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let processor = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    format!("{system}-{processor}")
}

fn packages(folder: &Path, package: &str) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    fs::write(folder.join("package.json"), "{\"private\":true}")?;
    eprintln!("Installing {package} …");
    // Some of them want a Node that this one is not; the one beside them runs them.
    let status = Command::new("npm")
        .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--force"])
        .args(["--loglevel=error", package])
        .current_dir(folder)
        .status()
        .context("cannot run npm")?;
    ensure!(status.success(), "npm cannot install {package}; see above");
    Ok(())
}
