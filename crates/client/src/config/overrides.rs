//! What a caller sets for one run of the program, as with a flag. Nothing keeps it.

/// What is set for one run of the program alone, over the file and the environment.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// What a person calls the place where it was written.
    pub origin: String,
    /// Keys, each with its value: `remote.backend=none`.
    pub pairs: Vec<String>,
}
