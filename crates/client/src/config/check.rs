//! What each key accepts. The settings of a backend are what the backend says.

use std::collections::BTreeMap;

use driftline_core::{BackendPlugin, Schema};
use driftline_transcripts::Secrets;

use super::{
    duration,
    given::{self, Given},
};
use crate::{Error, error::Result, exclude};

const NONE: &str = "none";
const TRUTH: &str = "true or false";
const TABLES: [&str; 4] = ["local", "remote", "sync", "import"];
/// What becomes of likely secrets in transcripts.
const SECRETS: [(&str, Secrets); 2] = [("redact", Secrets::Redact), ("keep", Secrets::Keep)];

/// Checks one entry against the backends chosen in `so_far`.
pub(super) fn entry(key: &str, given: &Given, so_far: &BTreeMap<String, Given>) -> Result<()> {
    let Some((side, name)) = key.split_once('.') else {
        return Err(unknown_table(key, &given.origin));
    };
    table(side, &given.origin)?;
    let is_known = match (side, name) {
        ("sync", "debounce") => {
            let length = given.value.as_str().and_then(duration::parse);
            return length.map(drop).ok_or_else(|| wrong(key, given, duration::ACCEPTED));
        }
        ("sync", "exclude") => {
            let schema = Schema::registered()?;
            let kept = given::texts(&given.value).and_then(|it| exclude::parse(schema, &it));
            return kept.map(drop).ok_or_else(|| wrong(key, given, exclude::ACCEPTED));
        }
        ("sync", "paused") => {
            return given::truth(&given.value).map(drop).ok_or_else(|| wrong(key, given, TRUTH));
        }
        ("import", "secrets") => {
            let names = SECRETS.map(|it| it.0);
            let known = given.value.as_str().and_then(secrets);
            return known.map(drop).ok_or_else(|| wrong(key, given, &quoted(&names)));
        }
        ("sync" | "import", _) => false,
        (_, "backend") => {
            let names = backends(side);
            let fits = given.value.as_str().is_some_and(|it| names.contains(&it));
            return if fits { Ok(()) } else { Err(wrong(key, given, &quoted(&names))) };
        }
        // What a remote that is switched off was set up with may stay in the file.
        ("remote", _) if chosen(side, so_far) == NONE => {
            let mut remotes = BackendPlugin::registered().into_values();
            remotes.any(|it| it.remote.is_some() && takes(it.settings, name))
        }
        _ => takes(&settings(side, so_far), name),
    };
    if !is_known {
        return Err(unknown(key, side, &given.origin, so_far));
    }
    if given.value.is_null() {
        let accepted = settings(side, so_far).into_iter().find(|it| it.0 == name);
        return Err(wrong(key, given, accepted.map_or("a value", |it| it.1)));
    }
    Ok(())
}

fn takes(settings: &[(&str, &str)], name: &str) -> bool {
    settings.iter().any(|(known, _)| *known == name)
}

/// What `import.secrets` says.
pub(super) fn secrets(name: &str) -> Option<Secrets> {
    SECRETS.iter().find(|it| it.0 == name).map(|it| it.1)
}

/// Checks the name of a table.
pub(super) fn table(name: &str, origin: &str) -> Result<()> {
    if TABLES.contains(&name) { Ok(()) } else { Err(unknown_table(name, origin)) }
}

/// The error for a name that is no table.
pub(super) fn unknown_table(name: &str, origin: &str) -> Error {
    let known = TABLES.map(|it| format!("[{it}]")).join(", ");
    let message = if TABLES.contains(&name) {
        format!("{origin}: `{name}` is a table: write [{name}], and keys below it")
    } else {
        format!("{origin}: there is no `{name}`; there are {known}")
    };
    Error::Config(message)
}

/// The names that `backend` accepts on a side.
fn backends(side: &str) -> Vec<&'static str> {
    let plugins = BackendPlugin::registered();
    let mut names: Vec<_> = plugins
        .values()
        .filter(|it| if side == "local" { it.local.is_some() } else { it.remote.is_some() })
        .map(|it| it.name)
        .collect();
    if side == "remote" {
        names.push(NONE);
    }
    names
}

fn chosen<'a>(side: &str, so_far: &'a BTreeMap<String, Given>) -> &'a str {
    so_far.get(&format!("{side}.backend")).and_then(|it| it.value.as_str()).unwrap_or(NONE)
}

fn settings(side: &str, so_far: &BTreeMap<String, Given>) -> Vec<(&'static str, &'static str)> {
    let plugin = BackendPlugin::registered().get(chosen(side, so_far)).copied();
    plugin.map(|it| it.settings.to_vec()).unwrap_or_default()
}

fn unknown(key: &str, side: &str, origin: &str, so_far: &BTreeMap<String, Given>) -> Error {
    let help = match side {
        "import" => "[import] takes `secrets`".to_owned(),
        "sync" => "[sync] takes `debounce`, `exclude` and `paused`".to_owned(),
        _ => {
            let backend = chosen(side, so_far);
            let known: Vec<_> = settings(side, so_far).iter().map(|it| it.0).collect();
            let known: Vec<_> = ["backend"].into_iter().chain(known).collect();
            let takes = format!("[{side}] with backend `{backend}` takes {}", quoted(&known));
            if backend == NONE { format!("{takes}; set {side}.backend first") } else { takes }
        }
    };
    Error::Config(format!("{origin}: there is no key `{key}`; {help}"))
}

fn wrong(key: &str, given: &Given, accepted: &str) -> Error {
    let Given { value, origin } = given;
    let value = driftline_core::excerpt(&given::told(value));
    Error::Config(format!("{origin}: `{key}` cannot be `{value}`; it takes {accepted}"))
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}
