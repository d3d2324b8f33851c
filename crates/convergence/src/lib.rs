//! The suite that every entity and every backend is held to.
