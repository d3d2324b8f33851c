//! Values of the config as they were written somewhere, and what they can be read as: text,
//! a list, yes or no.

use std::collections::BTreeMap;

use driftline_core::Value;

/// A value, and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) origin: String,
}

/// Values by key, such as `remote.backend`, from one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    pub(super) values: BTreeMap<String, Given>,
}

/// A list of texts; a single text is a list of one.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |it: &Value| it.as_str().map(str::to_owned);
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        one => Some(vec![text(one)?]),
    }
}

/// Yes or no, also as text: that is how a flag and the environment say it.
pub(super) fn truth(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}

/// A value as a person writes it.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
