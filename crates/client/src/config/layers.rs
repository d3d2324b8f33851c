//! Where values come from, the later over the earlier: defaults, the file, the
//! environment, flags. Each layer is checked as it is met, against the backends that
//! are chosen up to it, so that an error can say where the mistake was written.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use config::{ConfigError, Map, Source, ValueKind};
use driftline_core::Value;

use super::{
    check, file,
    given::{Given, Layer},
    overrides::Overrides,
};
use crate::{
    Error,
    error::{Context as _, Result},
    variables,
};

const PREFIX: &str = "DRIFTLINE_";
/// Variables of the same beginning that are no keys.
const NO_KEYS: [&str; 2] = [variables::HOME, variables::LOG];

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, config::Value>, ConfigError> {
        let kind = |given: &Given| config::Value::new(Some(&given.origin), kind(&given.value));
        Ok(self.values.iter().map(|(key, given)| (key.clone(), kind(given))).collect())
    }
}

fn kind(value: &Value) -> ValueKind {
    match value {
        Value::Null | Value::Object(_) => ValueKind::Nil,
        Value::Bool(it) => ValueKind::Boolean(*it),
        Value::Number(it) => match it.as_i64() {
            Some(it) => ValueKind::I64(it),
            None => ValueKind::Float(it.as_f64().unwrap_or_default()),
        },
        Value::String(it) => ValueKind::String(it.clone()),
        Value::Array(items) => {
            ValueKind::Array(items.iter().map(|it| config::Value::new(None, kind(it))).collect())
        }
    }
}

fn plain(kind: ValueKind) -> Value {
    match kind {
        ValueKind::Boolean(it) => it.into(),
        ValueKind::I64(it) => it.into(),
        ValueKind::Float(it) => it.into(),
        ValueKind::String(it) => it.into(),
        ValueKind::Array(items) => items.into_iter().map(|it| plain(it.kind)).collect(),
        _ => Value::Null,
    }
}

/// The values in force, each with where it was written.
pub(super) fn in_force(
    path: &Path,
    text: Option<&str>,
    over: &Overrides,
) -> Result<BTreeMap<String, Given>> {
    let mut layers = vec![defaults()];
    layers.extend(text.map(|it| file::layer(path, it)).transpose()?);
    layers.push(environment(std::env::vars_os().filter_map(|(name, value)| {
        Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
    }))?);
    layers.push(of_overrides(over)?);
    let mut so_far = BTreeMap::new();
    for layer in layers {
        let written = layer.values.clone();
        so_far = merge(so_far, layer)?;
        for (key, given) in &written {
            check::entry(key, given, &so_far)?;
        }
    }
    Ok(so_far)
}

/// `over` over `under`.
fn merge(under: BTreeMap<String, Given>, over: Layer) -> Result<BTreeMap<String, Given>> {
    let builder = config::Config::builder().add_source(Layer { values: under }).add_source(over);
    let tables = builder.build().and_then(|it| it.collect());
    let mut merged = BTreeMap::new();
    for (table, value) in tables.context("the layers of the config do not fit together")? {
        let Ok(entries) = value.into_table() else { continue };
        for (name, value) in entries {
            let origin = value.origin().unwrap_or_default().to_owned();
            merged.insert(format!("{table}.{name}"), Given { value: plain(value.kind), origin });
        }
    }
    Ok(merged)
}

fn defaults() -> Layer {
    let pairs = [
        ("local.backend", "sqlite"),
        ("remote.backend", "none"),
        ("sync.debounce", "2s"),
        ("import.secrets", "redact"),
    ];
    let given = |value: &str| Given { value: value.into(), origin: "default".into() };
    Layer { values: pairs.map(|(key, value)| (key.to_owned(), given(value))).into() }
}

/// `DRIFTLINE_REMOTE__BACKEND` is `remote.backend`.
fn environment(variables: impl Iterator<Item = (String, String)>) -> Result<Layer> {
    let mut layer = Layer::default();
    for (name, value) in variables {
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        if NO_KEYS.contains(&name.as_str()) {
            continue;
        }
        let origin = format!("environment variable {name}");
        let Some((table, field)) = rest.split_once("__") else {
            return Err(Error::Config(format!(
                "{origin}: this names no key; a key is written like \
                     {PREFIX}REMOTE__BACKEND, for remote.backend"
            )));
        };
        let key = format!("{}.{}", table.to_lowercase(), field.to_lowercase());
        let value = from_here(&key, value)?;
        layer.values.insert(key, Given { value, origin });
    }
    Ok(layer)
}

fn of_overrides(over: &Overrides) -> Result<Layer> {
    let origin = &over.origin;
    let mut layer = Layer::default();
    for pair in &over.pairs {
        let Some((key, value)) = pair.split_once('=') else {
            let message = format!("{origin} takes KEY=VALUE, not `{pair}`");
            return Err(Error::Config(message));
        };
        let value = from_here(key.trim(), value.trim().to_owned())?;
        let given = Given { value, origin: origin.clone() };
        layer.values.insert(key.trim().to_owned(), given);
    }
    Ok(layer)
}

/// A path that is typed is meant from the working directory; in the file it is meant
/// from the folder of the profile, which is the backend's business.
pub(super) fn from_here(key: &str, value: String) -> Result<Value> {
    if key == "sync.exclude" {
        // A list as JSON writes it, or one thing.
        let list = serde_json::from_str::<Vec<String>>(&value);
        return Ok(list.unwrap_or_else(|_| vec![value]).into());
    }
    if !key.ends_with(".path") || value.is_empty() || value.starts_with("~/") {
        return Ok(Value::from(value));
    }
    let path: PathBuf = std::path::absolute(&value).context("the working directory is gone")?;
    Ok(Value::from(path.to_string_lossy().into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_name_keys_with_two_underscores() {
        let variables = |name: &str| [(name.to_owned(), "memory".to_owned())].into_iter();
        let layer = environment(variables("DRIFTLINE_REMOTE__BACKEND")).unwrap();
        assert_eq!(layer.values["remote.backend"].value, "memory");
        let error = environment(variables("DRIFTLINE_REMOTE_BACKEND")).unwrap_err().to_string();
        assert!(error.contains("DRIFTLINE_REMOTE_BACKEND"), "{error}");
        assert!(environment(variables("DRIFTLINE_HOME")).unwrap().values.is_empty());
        assert!(environment(variables("PATH")).unwrap().values.is_empty());
    }

    #[test]
    fn later_layers_win_key_by_key() {
        let flags = of_overrides(&Overrides {
            origin: "--config".into(),
            pairs: vec!["remote.backend=memory".into()],
        })
        .unwrap();
        let merged = merge(defaults().values, flags).unwrap();
        assert_eq!(merged["remote.backend"].value, "memory");
        assert_eq!(merged["remote.backend"].origin, "--config");
        assert_eq!(merged["local.backend"].origin, "default");
    }
}
