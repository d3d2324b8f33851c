//! The setting by which a config asks for sealed rows.

use driftline_core::{Error, Result, Value};
use serde_json::Map;

/// What `sealed` in the settings of a remote says; none if it is not there.
///
/// # Errors
/// When it is neither true nor false.
pub fn wanted(settings: &Map<String, Value>) -> Result<Option<bool>> {
    match settings.get("sealed") {
        None => Ok(None),
        Some(Value::Bool(it)) => Ok(Some(*it)),
        // As flags, variables and commands write it.
        Some(Value::String(it)) if it == "true" => Ok(Some(true)),
        Some(Value::String(it)) if it == "false" => Ok(Some(false)),
        Some(_) => Err(Error::bad_value("[remote]", "sealed", "true or false")),
    }
}
