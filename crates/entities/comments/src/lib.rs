//! The comments entity.
