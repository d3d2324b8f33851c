//! The suite that every entity and every backend is held to.
//!
//! A *schedule* is a few devices, a hub, and a hundred steps, all drawn from a seed:
//! people create, edit, delete and restore, transcripts are imported, devices sync over
//! a wire that loses, delays, repeats and reorders, processes die between any two
//! transactions, clocks are a year off, hubs are wiped and restored. Some promises are
//! held to at every call. Then everything settles, and every replica is compared with a
//! [model](self#the-model) that was told of every write.
//!
//! # The model
//! A list of every write that anybody made, joined at the end by code that shares
//! nothing with the engine. Comparing replicas with each other is not enough: they can
//! agree on having lost the same write.
//!
//! # Running it
//! ```text
//! cargo xtask sim --schedules 100000 --backends memory,sqlite   # from a seed that is drawn
//! cargo xtask sim --schedules 5000 --seed day    # what the tests play today
//! cargo xtask sim --schedules 1 --seed 4711      # one schedule again
//! ```
//! The seed is printed with the command that repeats the run. The tests play half of their
//! schedules from a fixed seed and half from the [seed of the day](seed_of_day), so that
//! every day sees some that nobody has played.
//!
//! A schedule that fails is [shrunk](Failure::shrink) to the few steps that matter and
//! printed with its seed. Nothing in it depends on anything but the seed. Every action,
//! every fault and every event that schedules are there for must be seen to happen
//! ([`Outcome::never`]); otherwise a run proves little, and fails.
//!
//! # Remotes
//! A registered store is held to the suite as a remote through `Hub`. Another remote needs
//! no store: [`Remote`] says what a test must be able to do with it, and
//! [`Suite::with_remote`] takes it. Whatever must be seen from inside at the moment of an
//! answer is then left to the end, when all rows are compared.
//!
//! # The promises
//! - **rows**: when all is quiet, the hub and every device hold every write that anybody
//!   made and nothing else, show the same digests, and say that they are synced.
//! - **views**: every device shows the same rows, each the join of its class.
//! - **own writes**: people read what they wrote, and are told the truth about keys.
//! - **order**: an edit comes after what it replaced, and no import overrules a person.
//! - **folds**: a hub folds every birth with the live row of its key, and nothing else.
//! - **doubles**: rows that were never renamed or deleted do not share a key.
//! - **births**: what a hub had acknowledged to a device when it made a call is no birth in
//!   that call, and what a device only assumes is not sent.
//! - **queue**: what a person wrote waits until a call carries it.
//! - **arrivals**: when a sync is done, its hub holds what the device does, and the other
//!   way round.
//! - **clocks**: no device's clock moves another's far ahead.
//! - **takings**: a hub takes no part of a row that it lacks, and with a clock nothing from
//!   the future.
//! - **restarts**: no sync starts over while its hub has lost nothing.
//! - **errors**: a sync fails only by the fault that it met.
//!
//! # What it is known to catch
//! A suite that never fails may check nothing. So each of these mistakes is made in a
//! copy of the engine, one at a time, and must break a promise within a minute of play.
//! The copy is built once: a function that a mistake changes chooses among its bodies.
//! ```text
//! cargo xtask mistakes                       # all of them
//! cargo xtask mistakes settle-forgets-edit   # one
//! ```
//! Each is a patch in `crates/convergence/mistakes`. The last column is the promise that
//! the first failing schedule breaks; most mistakes break more.
//!
//! | mistake | in `crates/core/src` | what | promise |
//! |---|---|---|---|
//! | `adopt-any-position` | `device/adopt.rs` | A page counts although the cursor moved since it was asked for | errors |
//! | `adopt-drops-lost` | `device/adopt.rs` | What a hub lost by going back to a backup is not queued again | arrivals |
//! | `alias-keeps-assumptions` | `alias.rs` | What a device assumed about a row stays when the hub has answered | rows |
//! | `alias-not-transitive` | `alias.rs` | Classes of a listing are pairs, as in the last fact that names an id | views |
//! | `alias-one-step` | `alias.rs` | A class of ids ends with those that share a fact with the id that was asked for | own writes |
//! | `alias-sends-assumptions` | `alias.rs` | What only this device assumes is offered to the hub | births |
//! | `clock-believes` | `device/adopt.rs` | A stamp from a clock that is a year ahead moves the clocks of others | clocks |
//! | `clock-deaf` | `device/adopt.rs` | A device does not move its clock with what the hub sends | rows |
//! | `heal-as-births` | `device/heal.rs` | Starting over offers rows as births that a hub has acknowledged | births |
//! | `heal-never` | `device/adopt.rs` | A device that finds a difference does not start over | errors |
//! | `heal-remembers-hub` | `device/heal.rs` | Starting over keeps what the old hub held of each row | errors |
//! | `heal-silent` | `device/heal.rs` | Starting over reads everything and offers nothing | rows |
//! | `hub-deleted-twin` | `hub/judge.rs` | The hub folds a birth with a row that was deleted | folds |
//! | `hub-folds-old-rows` | `hub/judge.rs` | The hub folds any two rows that meet under a key, also those that were renamed to it | folds |
//! | `hub-forgets-clock` | `hub/judge.rs` | The hub takes stamps that are a year ahead | takings |
//! | `hub-keeps-place` | `hub/judge.rs` | A row that grows keeps its place in the feed, where nobody reads it again | errors |
//! | `hub-no-twins` | `hub/judge.rs` | The hub does not look for the twin of a birth | doubles |
//! | `hub-own-key-twin` | `hub/judge.rs` | The hub compares a birth with the key a row has by itself, not with the key it shows | folds |
//! | `hub-page-skips` | `hub/feed.rs` | A page that was cut short leads to the head all the same | errors |
//! | `hub-takes-parts` | `hub/judge.rs` | The hub takes a part of a row that it has never heard of | takings |
//! | `import-overwrites` | `device/import.rs` | An import replaces cells, also those that a person wrote | rows |
//! | `join-incoming-wins` | `row.rs` | Joining takes the cell that comes in, whichever of the two is the later one | rows |
//! | `link-stays-bound` | `device/link.rs` | A device does not notice that its hub went back to a backup | errors |
//! | `queue-drops-parked` | `device/failing.rs` | A row that cannot be sent is dropped from the queue instead of set aside | rows |
//! | `queue-forgets-change` | `device/write.rs` | An edit of a row that waits does not count in its change counter | queue |
//! | `queue-forgets-fields` | `device/write.rs` | A second edit of a row replaces the fields that wait, instead of adding to them | queue |
//! | `queue-no-births` | `device/queue.rs` | A birth is sent as if a hub had acknowledged it | folds |
//! | `restamp-backwards` | `device/restamp.rs` | Restamping turns the order of the writes round | order |
//! | `restamp-below` | `device/restamp.rs` | Restamping does not go above what the hub is known to hold | rows |
//! | `restamp-carried` | `device/restamp.rs` | Restamping moves stamps that a call has carried, too | order |
//! | `settle-any-position` | `device/settle.rs` | An answer counts although the device started over since it called | queue |
//! | `settle-follows-others` | `device/settle.rs` | The cursor passes a place whose row also holds what others wrote | restarts |
//! | `settle-forgets-edit` | `device/settle.rs` | An answer settles a row although it was edited while the call was on the wire | queue |
//! | `settle-jumps-gaps` | `device/settle.rs` | The cursor jumps over places between those that were answered | restarts |
//! | `settle-trusts-hash` | `device/settle.rs` | A device adds what the hub answered to its digest, although it holds less | restarts |
//! | `stamp-classes-swapped` | `stamp.rs` | What a machine writes wins over what a person writes | own writes |
//! | `write-under-ahead` | `device/write.rs` | An edit of a cell from a clock that is ahead is stamped below it | own writes |

mod arrivals;
mod contract;
mod device;
mod dice;
mod fleet;
mod folds;
mod fragile;
mod link;
mod model;
mod outcome;
mod plan;
mod promise;
mod purges;
mod remote;
mod rows;
mod run;
mod seen;
mod sender;
mod shrink;
mod suite;
pub mod vectors;
mod verify;
mod writes;

pub use self::{
    contract::{Broken, Contract, contract},
    outcome::{Counts, Failure, Outcome},
    plan::{Action, Fault, Plan, Step, World},
    remote::{MakeRemote, MakeScratch, OpenRemote, Remote},
    run::{play, run, seed_of_day},
    seen::TENDED,
    suite::{Suite, scratch},
};
