//! What is one user's alone on a machine that others use, too: files and folders that
//! nobody else can read or write, and connections that nobody else opened.
//!
//! Where a system has no owners and modes of this kind, a user's folders are that user's
//! by inheritance: there nothing is refused and nothing is changed.

mod file;
mod owner;
mod peer;

pub use self::{
    file::{create_folder, options, tighten},
    owner::{Fault, fault},
    peer::is_foreign,
};
