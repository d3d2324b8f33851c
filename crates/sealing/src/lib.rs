//! A key that stays on a person's devices, for backends that seal what they write: drawn, shown and
//! read as words, kept where passwords are kept, and used. What it means that something is sealed
//! is said by the backend, in what it binds to the bytes.

mod cipher;
mod keeper;
mod key;
mod setting;
mod words;

pub use self::{
    keeper::{Held, KEY, Keeper},
    key::Key,
    setting::wanted,
    words::numbered,
};
