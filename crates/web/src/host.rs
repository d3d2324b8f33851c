//! What pages ask of the rest of the program that a profile alone does not know.

use driftline_client::OpenProfile;
use driftline_core::status::{Failure, Status};
use driftline_reading::inbox::Outside;
use driftline_text::Shell;

use crate::Result;

/// The program around the pages. No call waits for the network: what takes long begins,
/// and the page that is shown again says how far it is.
pub trait Host: Send + Sync {
    /// The profile that the pages are of, and what is done with it.
    fn profile(&self) -> &OpenProfile;

    /// How this program is called on a command line for this profile.
    fn call(&self, command: &str) -> String;

    /// What a person does next about what the last sync ended with, a line each.
    fn hints(&self, _failure: &Failure) -> Vec<String> {
        Vec::new()
    }

    /// How the program is called to open a page. Whoever has no secret is shown it, too, so
    /// nothing of the profile is in it.
    fn opening(&self) -> String;

    /// What the person is called, if that is known: whose comments theirs are.
    fn person(&self) -> Option<String> {
        None
    }

    /// The shell that the person pastes commands into, if that is known.
    fn shell(&self) -> Shell {
        Shell::Unknown
    }

    /// Opens made-up data in a profile of its own, and returns an address that lets one
    /// browser in there.
    ///
    /// # Errors
    /// When it cannot be made.
    fn demo(&self) -> Result<String>;

    /// Where this device stands with its remote.
    ///
    /// # Errors
    /// When the config is wrong, or the rows cannot be read.
    fn status(&self) -> Result<Status> {
        Ok(self.profile().status()?)
    }

    /// Something that changes whenever [`Self::status`] may tell something else although
    /// nothing was stored, such as when a sync begins. It is asked for every second and with
    /// every page, so it costs next to nothing. None if that cannot be told: then the status
    /// is worked out each time.
    fn pulse(&self) -> Option<u64> {
        self.profile().pulse()
    }

    /// What only this machine can see: transcripts on its disk that could not be read, or
    /// that their agents are about to delete.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn outside(&self) -> Result<Outside> {
        Ok(self.profile().outside()?)
    }
}
