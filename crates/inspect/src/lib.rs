//! What the engine knows of a row, in words: where it comes from, who wrote what of it,
//! what gave way, and why another device does not show it. Nothing here knows an entity by
//! name, so that it works for anybody's.

pub mod conflicts;
pub mod devices;
mod error;
pub mod folds;
pub mod ids;
pub mod label;
pub mod trail;

pub use self::error::{Error, Result};
