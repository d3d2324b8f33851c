//! Rows in memory: the reference store.
