//! Trying a place out before anything is written down, and making it ready.

use driftline_core::{BackendPlugin, Begun, Cursor, OpenBackend, PROTOCOL, Pull, Start, Tried};

use super::secrets::Asked;
use crate::{Ask, Error, Result, Step};

/// A place that is tried out.
pub(crate) struct Trial<'a> {
    pub(crate) plugin: &'static BackendPlugin,
    pub(crate) open: &'a OpenBackend<'a>,
    pub(crate) secrets: &'a Asked,
    pub(crate) ask: &'a dyn Ask,
}

impl Trial<'_> {
    /// Tries the place called `name`, and asks for the secrets that it lacks. Returns nothing
    /// for a backend whose places need no setting up.
    pub(crate) async fn run(&self, name: &str) -> Result<Option<Tried>> {
        let Some(set_up) = self.plugin.set_up else {
            self.look().await?;
            return Ok(None);
        };
        let place = set_up(self.open)?;
        let mut tried = place.try_out().await?;
        let mut asked = Vec::new();
        while let Some(lacks) = tried.lacks.iter().find(|it| !asked.contains(*it)) {
            asked.push(*lacks);
            let what = self.plugin.secrets.iter().find(|it| it.0 == *lacks).map_or("", |it| it.1);
            if let Some(secret) = self.ask.secret(lacks, what)? {
                self.secrets.add(lacks, secret);
                tried = place.try_out().await?;
            }
        }
        if !tried.lacks.is_empty() {
            let names = tried.lacks.iter().map(|it| (*it).to_owned()).collect();
            return Err(Error::LacksSecrets { remote: name.to_owned(), names });
        }
        self.ask.told(Step::Tried { remote: name, tried: &tried })?;
        Ok(Some(tried))
    }

    /// Reads what any remote can be asked for.
    async fn look(&self) -> Result<()> {
        let Some(remote) = self.plugin.remote else { return Ok(()) };
        let request = Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 };
        remote(self.open)?.pull(request).await?;
        Ok(())
    }

    /// Makes the place ready.
    pub(crate) async fn begin(&self, start: Start) -> Result<Begun> {
        match self.plugin.set_up {
            Some(set_up) => Ok(set_up(self.open)?.begin(start).await?),
            None => Ok(Begun::default()),
        }
    }
}
