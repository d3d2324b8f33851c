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

/// A value as it is shown: an address without its password.
pub(super) fn told(value: &Value) -> String {
    without_password(&shown(value))
}

/// `text` without the password of the address that it is, if it has one.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    // Up to the last `@`: a password that is not escaped as it should be can have one, too.
    let Some((user, rest)) = rest.rsplit_once('@') else { return text.to_owned() };
    match user.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:(not shown)@{rest}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_in_an_address_is_shown() {
        for password in ["hunter2", "hun/ter2@x", "h:unter2?", "%40ter2"] {
            let told = told(&Value::from(format!("postgres://me:{password}@db.example.org/x")));
            assert_eq!(told, "postgres://me:(not shown)@db.example.org/x");
        }
        for plain in ["postgres://me@db/x", "https://name.example", "/home/me/x.db", "a:b@c"] {
            assert_eq!(told(&Value::from(plain)), plain);
        }
    }
}
