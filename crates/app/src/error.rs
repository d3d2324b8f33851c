//! How a failure leaves the program: as one message (what, where, what to do), a short
//! code that is the same in every output, and an exit code.

use anyhow::Result;
use driftline_client::{Kind, causes, kind_of};
use serde_json::json;

use crate::{
    call::Call,
    hints::hints,
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
pub(crate) fn report(output: &Output, call: &Call, outcome: Result<()>) -> u8 {
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
    let hints = hints(call, &error);
    if output.json {
        let message = match error.downcast_ref() {
            Some(Usage(usage)) => {
                let text = usage.to_string();
                text.trim().trim_start_matches("error: ").to_owned()
            }
            None => causes(&*error).join(": "),
        };
        let mut told = json!({ "error": { "code": code, "message": message } });
        if !hints.is_empty() {
            told["error"]["hints"] = json!(hints);
        }
        output.say(&told.to_string());
    } else {
        let mut lines = causes(&*error).into_iter();
        output.say(&format!("error: {}", lines.next().unwrap_or_default()));
        for cause in lines {
            output.say(&format!("  because: {cause}"));
        }
        for hint in hints {
            output.say(&format!("  hint: {hint}"));
        }
    }
    exit
}

/// The short code and the exit code of an error: that of what failed at the bottom.
fn kind(error: &anyhow::Error) -> (&'static str, u8) {
    if error.is::<Usage>() {
        return ("usage", USAGE);
    }
    for cause in error.chain() {
        if let Some(it) = cause.downcast_ref::<Failed>() {
            return (it.code, it.exit);
        }
        if let Some((code, kind)) = kind_of(cause) {
            return (code, exit(kind));
        }
    }
    ("failed", 1)
}

fn exit(kind: Kind) -> u8 {
    match kind {
        Kind::Invalid => USAGE,
        Kind::NotFound => NOT_FOUND,
        Kind::SignIn => ACCOUNT,
        Kind::Transient => NOT_NOW,
        _ => 1,
    }
}
