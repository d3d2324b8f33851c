//! `doctor`: checks everything that syncing and signing in need, without either, and says for
//! each thing that is wrong what puts it right.

use anyhow::Result;
use clap::Args;
use driftline_client::{
    doctor::{Found, check},
    runtime,
};
use driftline_core::Millis;
use serde_json::json;

use crate::{
    context::Context,
    error::Failed,
    hints::{self, WHAT_IS_MISSING},
    time,
};

/// Check what syncing and signing in need, and look the remote over; nothing there changes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Doctor {}

/// What was looked at, and what was found, in words.
struct Told {
    what: &'static str,
    is_fine: bool,
    text: String,
    at: Option<Millis>,
}

impl Doctor {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let checks = runtime()?.block_on(check(context));
        let told = checks.into_iter().map(|it| Told {
            what: it.what,
            is_fine: it.found.as_ref().is_ok_and(Found::is_fine),
            text: words(context, &it.found),
            at: it.at,
        });
        let told: Vec<_> = told.collect();
        if context.output.json {
            let all = told.iter().map(|it| {
                json!({
                    "check": it.what, "ok": it.is_fine, "found": it.text,
                    "at": it.at.and_then(time::iso),
                })
            });
            context.output.json(&all.collect::<Vec<_>>())?;
        } else {
            for it in &told {
                let mark = if it.is_fine { "✓" } else { "✗" };
                let at = it.at.map(|at| format!(", {} UTC", time::moment(at))).unwrap_or_default();
                context.output.print(&format!("{mark} {:<10} {}{at}", it.what, it.text))?;
            }
        }
        match told.iter().filter(|it| !it.is_fine).count() {
            0 => Ok(()),
            1 => Err(Failed::failed("doctor", "one thing is wrong; it is marked above")),
            many => Err(Failed::failed(
                "doctor",
                format!("{many} things are wrong; they are marked above"),
            )),
        }
    }
}

/// What was found, or what puts it right.
fn words(context: &Context<'_>, found: &driftline_client::Result<Found>) -> String {
    let sign_in = || context.call("sign-in");
    match found {
        Ok(Found::Fine(text)) => text.clone(),
        Ok(Found::NoRemote) => {
            let connect = context.call("connect");
            format!("none, so everything stays on this device; to set one up: {connect}")
        }
        Ok(Found::SignedIn) => "signed in".into(),
        Ok(Found::SignedOut) => format!("nobody yet: {}", sign_in()),
        Ok(Found::Ended) => format!("it has ended: {}", sign_in()),
        Ok(_) => {
            format!("not set up; whoever runs it sees what is missing: {WHAT_IS_MISSING}")
        }
        Err(error) => {
            let hints = hints::of_client(context.caller(), error);
            [vec![error.told()], hints].concat().join("; ")
        }
    }
}
