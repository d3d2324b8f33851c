//! Finding rows by what names them: an id, a natural key, an alias. This is all that judging
//! a push needs of a hub's rows, so a hub that is no [`Store`](crate::Store) can offer it too.

use super::Stored;
use crate::{Id, Result, Schema};

/// Finds rows by what names them. Entities are named; names the schema does not know are
/// allowed.
pub trait Lookup {
    /// The entities that are known.
    fn schema(&self) -> &Schema;

    /// The row with this id.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn get(&self, entity: &str, id: Id) -> Result<Option<Stored>>;

    /// The ids of rows whose own natural key is `key`, in order.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn with_key(&self, entity: &str, key: &str) -> Result<Vec<Id>>;

    /// The ids that a row of [`ALIASES`](crate::ALIASES) names together with `id` of `entity`.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn joined(&self, entity: &str, id: Id) -> Result<Vec<Id>>;

    /// Up to `limit` ids after `after`, in order, of rows of `entity` whose `field` names the
    /// row `owner`, as it is written. Deleted rows are among them.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn owned(
        &self,
        entity: &str,
        field: &str,
        owner: Id,
        after: Option<Id>,
        limit: usize,
    ) -> Result<Vec<Id>>;
}
