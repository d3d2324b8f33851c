//! The command line, config and composition.
