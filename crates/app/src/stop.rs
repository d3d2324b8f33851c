//! When a command that goes on until it is told to stop has been told.

use anyhow::{Context as _, Result};

const DEAF: &str = "the system does not say when to stop; try again";

/// Waits until a person (Ctrl-C) or the system wants it to end.
pub(crate) async fn asked() -> Result<()> {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut ended = signal(SignalKind::terminate()).context(DEAF)?;
        tokio::select! {
            done = interrupted => done.context(DEAF),
            _ = ended.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    interrupted.await.context(DEAF)
}
