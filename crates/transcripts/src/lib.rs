//! Readers of coding agents' transcript files.
