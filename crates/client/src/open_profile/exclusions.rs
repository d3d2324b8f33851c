//! What stays on this device, whatever is synced.

use super::OpenProfile;
use crate::{Error, Result, exclude};

/// Something that stays on this device.
#[derive(Clone, Debug)]
pub struct Exclusion {
    /// A folder, or `ENTITY/ID`, as the config has it.
    pub what: String,
    /// How many changes of it wait here for that reason.
    pub changes: u64,
}

impl OpenProfile {
    /// What stays on this device, whatever is synced.
    ///
    /// # Errors
    /// When the config is wrong, or the rows cannot be read.
    pub fn exclusions(&self) -> Result<Vec<Exclusion>> {
        let config = self.client.config()?;
        let counts = exclude::counts(&self.replica)?;
        let exclusion = |what: String| {
            let rule = exclude::rule(self.client.schema, &what);
            Exclusion { changes: counts.get(&rule).copied().unwrap_or_default(), what }
        };
        Ok(config.exclude.into_iter().map(exclusion).collect())
    }

    /// Writes into the config that `what`, a folder or `ENTITY/ID`, stays on this device,
    /// or that it no longer does. It holds at once.
    ///
    /// # Errors
    /// [`Error::NoExclusion`] when it means nothing, [`Error::Config`] when something stands
    /// over the file; else when the file cannot be written.
    pub fn exclude(&self, what: &str, excluded: bool) -> Result<()> {
        let schema = self.client.schema;
        if excluded && exclude::parse(schema, &[what.to_owned()]).is_none() {
            return Err(Error::NoExclusion(what.to_owned()));
        }
        let name = if excluded { exclude::named(schema, what)? } else { what.to_owned() };
        self.client.exclude(&self.replica, &name, excluded)?;
        self.sync_now();
        Ok(())
    }
}
