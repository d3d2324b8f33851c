//! The sessions entity.
