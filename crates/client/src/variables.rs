//! Environment variables that say where the program works and how much it tells. They are no
//! keys of the config, which reads the other variables of this beginning.

/// The folder of the profile, unless another one is asked for.
pub(crate) const HOME: &str = "DRIFTLINE_HOME";

/// How much is written to the log: `error`, `warn`, `info`, `debug` or `trace`.
pub(crate) const LOG: &str = "DRIFTLINE_LOG";
