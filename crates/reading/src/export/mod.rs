//! A session as a file of its own: markdown for people, JSON for programs.

mod json;
mod markdown;

pub use self::markdown::Detail;
