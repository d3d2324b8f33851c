//! Sign-in at a person's own Convex deployment, and tokens that are kept safe and fresh.
//!
//! The engine knows only [`TokenSource`](driftline_core::TokenSource); [`Session`] is one.
//! A person gets a session in one of three ways: a browser that comes back to a listener
//! on this machine ([`Loopback`]), a code that a web page shows and the person types, or a
//! provider's device flow. What a provider can do is said by its [`ProviderPlugin`].
//!
//! Everything that touches the world is handed in: HTTP ([`Transport`]), the place of the
//! tokens ([`Vault`]), the right to renew them ([`Gate`]), time and randomness
//! ([`Env`](driftline_core::Env)). So thousands of processes that renew one session at once
//! run in one thread.

mod calls;
mod device;
mod error;
mod gate;
mod loopback;
mod picture;
mod provider;
mod providers;
mod session;
mod sign_in;
mod site;
mod tokens;
mod vault;

pub use driftline_convex_client::{Http, Origin, Transport};

pub use self::{
    calls::{Account, Calls, DeviceApp, DeviceOf, Method, Methods},
    error::{Error, Result},
    gate::{FileGate, Gate, Held},
    loopback::{Callback, Loopback},
    picture::{Picture, fetch_picture},
    provider::{DeviceFlow, ProviderPlugin},
    session::{Session, State},
    sign_in::{Attempt, SignIn},
    site::Site,
    tokens::{Saved, Tokens},
    vault::{FileVault, KeyringVault, MemoryVault, ProfileVault, Vault, folder},
};
