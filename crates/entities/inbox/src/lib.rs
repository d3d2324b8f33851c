//! The inbox entity.
