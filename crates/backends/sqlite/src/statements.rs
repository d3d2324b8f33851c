//! The statements of one transaction. SQLite's own cache finds a statement by its text, and
//! the texts name every column: for a thousand rows that is done once, not a thousand times.

use std::{cell::RefCell, ptr};

use rusqlite::{CachedStatement, Connection, Statement};

/// Statements that stay at hand as long as a transaction lasts.
pub(crate) struct Statements<'a> {
    pub(crate) connection: &'a Connection,
    at_hand: RefCell<Vec<(&'a str, CachedStatement<'a>)>>,
}

impl<'a> Statements<'a> {
    /// None at hand yet.
    pub(crate) fn of(connection: &'a Connection) -> Self {
        Self { connection, at_hand: RefCell::default() }
    }

    /// Runs `job` with the statement `sql`, which is found again where this very text is.
    pub(crate) fn with<T>(
        &self,
        sql: &'a str,
        job: impl FnOnce(&mut Statement<'a>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut statement = match self.take(sql) {
            Some(it) => it,
            None => self.connection.prepare_cached(sql)?,
        };
        let done = job(&mut statement);
        self.at_hand.borrow_mut().push((sql, statement));
        done
    }

    fn take(&self, sql: &str) -> Option<CachedStatement<'a>> {
        let mut at_hand = self.at_hand.borrow_mut();
        let place = at_hand.iter().rposition(|(it, _)| ptr::eq(*it, sql))?;
        Some(at_hand.swap_remove(place).1)
    }
}
