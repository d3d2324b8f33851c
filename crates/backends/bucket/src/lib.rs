//! A bucket or a folder as the hub of a person's devices: a log of numbered entries.
//!
//! There is no server and no code on the other side. A hub needs one order, and a store of
//! objects that creates an object only if it is absent gives one: whoever creates entry n+1 has
//! appended to everything up to n. Each device keeps a mirror of the log, judges its own pushes
//! over it by core's rules, and appends what came of that. `driftline-model` checks this protocol
//! in every order of its steps.
//!
//! Reading order: [`space`](Space), `seal` and `entry` are what is written; `log` are the calls,
//! `mirror` what they lead to; `catch_up`, `push`, `snapshot`, `wanted` and `rotate` are the protocol.

mod address;
mod bucket;
mod catch_up;
mod damage;
mod entry;
mod examine;
mod fault;
mod folder;
mod former;
mod found;
mod holes;
mod log;
mod mirror;
mod names;
mod packed;
mod packs;
mod plugin;
mod push;
mod race;
mod read;
mod ring;
mod rotate;
mod seal;
mod set_up;
mod snapshot;
mod space;
mod start;
mod tidy;
mod time;
mod wanted;

pub use driftline_sealing::Key;

pub use self::{
    bucket::{Bucket, Connect, Connection, MakeMirror, Options},
    set_up::BucketSetUp,
    space::Space,
    time::StoreTime,
};
