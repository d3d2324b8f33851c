//! The one way to talk to a Convex deployment over HTTP, for signing in and for syncing.
//!
//! A [`Client`] calls the functions of one [`Origin`] over a [`Transport`], which is [`Http`]
//! outside of tests. Whatever goes wrong is one of the [`Fault`]s. What must hold for every
//! call is held here once:
//!
//! - A token goes to the origin it is for and to no other: a [`Client`] shows it only there,
//!   and [`Http`] follows no redirect.
//! - Plain http is for this machine alone ([`Origin::parse`]).
//! - Every call ends, and every answer is of a bounded size ([`Http`]).
//! - No error quotes what was sent or what was answered, unless a function said it for people.

mod client;
mod envelope;
mod error;
mod fault;
mod http;
mod number;
mod origin;
mod thrown;
mod transport;

pub use self::{
    client::{Client, Kind, Reply},
    error::{ADDRESS, Error, Result},
    fault::Fault,
    http::Http,
    number::Whole,
    origin::Origin,
    thrown::Thrown,
    transport::{Answer, Body, Transport},
};
