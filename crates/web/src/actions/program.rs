//! What the rest of the program is asked for.

use crate::{Form, Outcome, Request, Result};

/// Begins an import.
pub(super) fn import(request: &Request<'_>, _form: &Form) -> Result<Outcome> {
    request.host.import_now();
    Ok(Outcome::done())
}
