//! Merge vectors: cases with the result that a merge and a hub must come to, for
//! implementations in other languages. What is expected comes from a model that shares
//! no code with the engine: it compares stamps and values as texts, and works everything
//! out anew where the engine keeps sums and indexes. The format is described beside the
//! files, in `convex/tests/vectors/README.md`.

mod cells;
mod format;
mod hub;
mod joins;
mod marks;
mod numbers;
mod plots;
mod stories;
mod texts;

use driftline_core::EntityDescriptor;
use serde::Serialize;

pub use self::format::{
    CallError, Cell, HubCase, JoinCase, Kept, NumberCase, SentChange, VectorAnswer, VectorAnswers,
    VectorPush,
};

/// What every vector follows from.
const SEED: u64 = 20_261_122;

/// The cases of joining rows, as the text of their file.
///
/// # Errors
/// When a case cannot be written as JSON.
pub fn join_vectors() -> serde_json::Result<String> {
    lines(&joins::cases(SEED))
}

/// The texts of numbers, as the text of their file.
///
/// # Errors
/// When a case cannot be written as JSON.
pub fn number_vectors() -> serde_json::Result<String> {
    lines(&numbers::cases(SEED))
}

/// The stories of hubs that know these entities, as the text of their file.
///
/// # Errors
/// When a case cannot be written as JSON.
pub fn hub_vectors(entities: &[&'static EntityDescriptor]) -> serde_json::Result<String> {
    lines(&stories::cases(SEED, entities))
}

/// A JSON array with one case on a line.
fn lines(cases: &[impl Serialize]) -> serde_json::Result<String> {
    let lines: Result<Vec<_>, _> = cases.iter().map(serde_json::to_string).collect();
    Ok(format!("[\n{}\n]\n", lines?.join(",\n")))
}
