//! The messages entity.
