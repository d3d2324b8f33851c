//! What is one user's alone on a machine that others use, too: files and folders that
//! nobody else can read or write, and connections that nobody else opened. And a lock, for
//! what one process of that user may do at a time.
//!
//! Where a system has no owners and modes of this kind, a user's folders are that user's
//! by inheritance: there nothing is refused and nothing is changed.

mod file;
mod lock;
mod owner;
mod peer;

pub use self::{
    file::{create_folder, options, tighten},
    lock::FileLock,
    owner::{Fault, fault},
    peer::is_foreign,
};
