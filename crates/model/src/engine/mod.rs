//! The engine as a model: devices, a hub, rows with natural keys and purge marks.
//!
//! It is written from what the engine promises and from the rules that are to keep the promises,
//! without SQL, JSON or clocks. A person's stamp is a counter and the name of the writer.
//! Calls are split into their parts, each of which may come late or never, in any order, also
//! two of one device at once. [`Run`] says what can happen, [`Scope`] how much,
//! [`Mistake`] which rules can be left out. Paths through it are tests of the real engine, too:
//! [`paths`] take every step, [`effects`] every kind of effect.

mod calls;
pub mod cells;
pub mod device;
pub mod effects;
pub mod exchange;
pub mod hub;
mod mistake;
pub mod paths;
mod person;
mod properties;
pub mod quiet;
pub mod rows;
pub mod run;
mod scope;
mod state;
pub mod walk;
pub mod wire;

pub use self::{
    mistake::Mistake,
    person::{RECORD, Write},
    run::Run,
    scope::Scope,
    state::{State, Step},
};
