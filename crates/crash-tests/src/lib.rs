//! What a simulator stubs is what it misses. Here the program itself runs, as a person starts
//! it: it is killed at random moments, each of its system calls fails once, and its files are
//! damaged. Tests play a few of each; `cargo xtask` plays as many as one has time for.
//!
//! Everything that is chosen follows from a seed. A failure names the seed that plays it again.

pub mod damage;
mod dice;
pub mod faults;
pub mod kills;
mod old;
mod place;
mod remote;
mod run;

pub use self::{
    old::{LAYOUTS, Old},
    place::Place,
    remote::Remote,
};
