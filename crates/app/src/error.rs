//! How a failure leaves the program: as one message (what, where, what to do), a short
//! code that is the same in every output, and an exit code.

use anyhow::Result;
use driftline_core::ErrorKind;
use serde_json::json;

use crate::{
    hints,
    output::{Output, ReaderGone},
};

/// Wrong usage or config.
pub(crate) const USAGE: u8 = 2;
const NOT_FOUND: u8 = 3;
const ACCOUNT: u8 = 4;
const NOT_NOW: u8 = 5;
const PARKED: u8 = 6;

/// A failure that this crate finds by itself.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Failed {
    code: &'static str,
    exit: u8,
    message: String,
}

impl Failed {
    /// The caller must write something else.
    pub(crate) fn usage(code: &'static str, message: impl Into<String>) -> anyhow::Error {
        Self { code, exit: USAGE, message: message.into() }.into()
    }

    /// There is no such thing.
    pub(crate) fn not_found(message: impl Into<String>) -> anyhow::Error {
        Self { code: "not_found", exit: NOT_FOUND, message: message.into() }.into()
    }

    /// It is done, but for rows that need somebody.
    pub(crate) fn parked(message: impl Into<String>) -> anyhow::Error {
        Self { code: "parked", exit: PARKED, message: message.into() }.into()
    }

    /// It did not work out.
    pub(crate) fn failed(code: &'static str, message: impl Into<String>) -> anyhow::Error {
        Self { code, exit: 1, message: message.into() }.into()
    }
}

/// What the argument parser says: help and version among it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(#[from] pub(crate) clap::Error);

/// Tells how the program ended, and returns its exit code.
pub(crate) fn report(output: &Output, outcome: Result<()>) -> u8 {
    let Err(error) = outcome else { return 0 };
    if error.is::<ReaderGone>() {
        return 0;
    }
    if let Some(Usage(usage)) = error.downcast_ref() {
        if !usage.use_stderr() {
            return match output.print(&usage.to_string()).and_then(|()| output.flush()) {
                Ok(()) => 0,
                Err(error) => u8::from(!error.is::<ReaderGone>()),
            };
        }
        if !output.json {
            output.say(usage.to_string().trim_end());
            return USAGE;
        }
    }
    let _what_was_printed_before = output.flush();
    let (code, exit) = kind(&error);
    if output.json {
        let message = match error.downcast_ref() {
            Some(Usage(usage)) => {
                let text = usage.to_string();
                text.trim().trim_start_matches("error: ").to_owned()
            }
            None => hints::after(&causes(&error).join(": "), hints::of_error(&error)),
        };
        output.say(&json!({ "error": { "code": code, "message": message } }).to_string());
    } else {
        let mut lines = causes(&error).into_iter();
        output.say(&format!("error: {}", lines.next().unwrap_or_default()));
        for cause in lines {
            output.say(&format!("  because: {cause}"));
        }
        if let Some(hint) = hints::of_error(&error) {
            output.say(&format!("  {hint}"));
        }
    }
    exit
}

/// An error and what caused it, each once: libraries that repeat their cause in their
/// own message do not make it longer.
fn causes(error: &anyhow::Error) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if !all.iter().any(|it| it.contains(&cause)) {
            all.push(cause);
        }
    }
    all
}

fn kind(error: &anyhow::Error) -> (&'static str, u8) {
    if error.is::<Usage>() {
        return ("usage", USAGE);
    }
    if let Some(it) = error.downcast_ref::<Failed>() {
        return (it.code, it.exit);
    }
    if let Some(it) = error.downcast_ref::<driftline_auth::Error>() {
        return (it.code(), of_sign_in(it));
    }
    let reading = error.downcast_ref::<driftline_reading::Error>();
    if let Some((it, code)) = reading.and_then(|it| Some((it, it.code()?))) {
        let exit = match () {
            () if it.is_not_found() => NOT_FOUND,
            () if it.is_usage() => USAGE,
            () => 1,
        };
        return (code, exit);
    }
    let of_rows = match reading {
        Some(driftline_reading::Error::Rows(it)) => Some(it),
        _ => error.chain().find_map(|it| it.downcast_ref::<driftline_core::Error>()),
    };
    let Some(error) = of_rows else {
        return ("failed", 1);
    };
    let exit = match error.kind() {
        ErrorKind::NotFound => NOT_FOUND,
        ErrorKind::Invalid => USAGE,
        ErrorKind::SignIn => ACCOUNT,
        ErrorKind::Transient => NOT_NOW,
        _ => 1,
    };
    (error.code(), exit)
}

fn of_sign_in(error: &driftline_auth::Error) -> u8 {
    use driftline_auth::Error;
    match error {
        Error::BadAddress { .. } | Error::UnknownProvider { .. } | Error::WrongSite { .. } => USAGE,
        Error::Denied | Error::TimedOut { .. } | Error::WrongCode | Error::Refused { .. } => {
            ACCOUNT
        }
        error if error.is_transient() => NOT_NOW,
        _ => 1,
    }
}
