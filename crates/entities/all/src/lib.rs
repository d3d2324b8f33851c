//! Links every entity crate of this repository.
