//! What is said when the local deployment fails, which is no finding of a schedule.

use driftline_core::Error;

/// That the local deployment failed at something.
pub(crate) fn broken(what: &str, source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Store {
        what: format!("the local deployment: {what}: {source}"),
        help: "run `cargo xtask convex-local` to see whether it works".into(),
        source: Some(Box::new(source)),
    }
}
