//! A Convex deployment of this machine, and who signs in to it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::Path,
    process::{ChildStderr, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use driftline_deployment::{Deployment, Options, Visitor, browse};
use tokio::runtime::{Builder, Runtime};

use crate::place::Place;

/// A running deployment.
pub(crate) struct Cloud {
    deployment: Deployment,
    runtime: Runtime,
}

impl Cloud {
    pub(super) fn start() -> Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build()?;
        let inside = Some(Path::new(env!("CARGO_MANIFEST_DIR")).to_owned());
        let start = Deployment::start(Options { inside, ..Options::default() });
        Ok(Self { deployment: runtime.block_on(start)?, runtime })
    }

    /// Whoever signs in from now on has the account of this number.
    pub(super) fn receive(&self, number: u64) -> Result<()> {
        let visitor = Visitor::Account((1_000 + number).to_string());
        Ok(self.runtime.block_on(self.deployment.set_visitor(&visitor))?)
    }

    /// Signs a profile in. A first merge is left to somebody who agrees to it.
    pub(super) fn sign_in(&self, place: &Place, profile: &str) -> Result<()> {
        let (url, site_url) = (self.deployment.url(), self.deployment.site_url());
        for words in
            [["remote.backend", "convex"], ["remote.url", url], ["remote.site_url", site_url]]
        {
            place.ok(profile, &["config", "set", words[0], words[1]])?;
        }
        let mut command =
            place.command(profile, &["sign-in", "github", "--headless", "--token-file"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let mut lines = BufReader::new(child.stderr.take().context("it has no output")?);
        let (page, mut said) = address(&mut lines)?;
        let shown = self.runtime.block_on(browse(&page))?;
        let code = shown.split("<strong id=\"code\">").nth(1).and_then(|it| it.split('<').next());
        let code = code.with_context(|| format!("{page} shows no code: {shown}"))?;
        writeln!(child.stdin.take().context("it has no input")?, "{code}")?;
        lines.read_to_string(&mut said)?;
        child.wait()?;
        // Nobody has agreed to a merge, which may be no success.
        let account = place.run(profile, &["account"])?;
        ensure!(account.is_done(), "{profile} did not sign in: {said}");
        Ok(())
    }
}

/// The address that a person is to open, and what was said up to it.
fn address(lines: &mut BufReader<ChildStderr>) -> Result<(String, String)> {
    let mut said = String::new();
    loop {
        let mut line = String::new();
        ensure!(lines.read_line(&mut line)? > 0, "it names no address: {said}");
        if line.trim().starts_with("http") {
            return Ok((line.trim().to_owned(), said));
        }
        said += &line;
    }
}
