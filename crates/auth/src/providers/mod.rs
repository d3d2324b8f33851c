//! The providers of this program, one file each.

mod github;
mod google;
