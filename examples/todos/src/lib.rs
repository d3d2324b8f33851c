//! Things to do: an entity as somebody outside this repository adds it. Nothing else
//! mentions it. A program that links this crate has a table of todos, keeps them in
//! sync, and lists, adds and changes them from its command line.

use driftline_core::Id;
use driftline_derive::SyncEntity;

/// A thing to do.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
pub struct Todo {
    /// What is to be done.
    pub title: Option<String>,
    /// Whether it is done.
    pub done: bool,
    /// The session in which it came up.
    #[sync(refers = "sessions")]
    pub session: Option<Id>,
}

#[cfg(test)]
mod tests {
    use driftline_core::{Kind, Schema};
    use driftline_entities as _;

    #[test]
    fn joins_the_entities_that_are_there_already() {
        let schema = Schema::registered().unwrap();
        let todos = schema.entity("todos").unwrap();
        assert_eq!(todos.doc, "A thing to do.");
        assert_eq!(todos.field("session").unwrap().kind, Kind::Ref("sessions"));
        assert!(schema.entity("sessions").is_ok());
    }
}
