//! Agents' documents: one JSON text that is written anew, in whatever state it is found.
