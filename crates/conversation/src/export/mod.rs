//! A session as a file of its own: markdown for people, JSON for programs.

mod disarm;
mod json;
mod markdown;

pub use self::markdown::Detail;

/// A block of code that nothing in `text` can end.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}
