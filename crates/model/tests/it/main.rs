//! The protocol keeps its promises in every small scope, and each rule of it is needed.

mod engine;
mod replay;
mod small;
mod stories;
