//! A model of the deployment's rules for refresh tokens, and of a machine whose processes
//! run in one thread, in an order and with accidents that a seed decides.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test file uses a part of it, and a test ends where it fails"
)]

pub mod machine;
pub mod server;
