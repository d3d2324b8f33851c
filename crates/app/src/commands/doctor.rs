//! `doctor`: checks everything that signing in and syncing need, without signing in, and
//! says for each thing that is missing what puts it right.

use anyhow::Result;
use clap::Args;
use driftline_client::{
    doctor::{Found, check},
    runtime,
};
use serde_json::json;

use crate::{
    context::Context,
    error::Failed,
    hints::{self, WHAT_IS_MISSING},
};

/// Check what signing in and syncing need.
#[derive(Clone, Debug, Args)]
pub(crate) struct Doctor {}

/// What was looked at, and what was found, in words.
struct Told {
    what: &'static str,
    is_fine: bool,
    text: String,
}

impl Doctor {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let checks = runtime()?.block_on(check(context));
        let told = checks.into_iter().map(|it| Told {
            what: it.what,
            is_fine: it.found.as_ref().is_ok_and(Found::is_fine),
            text: words(context, &it.found),
        });
        let told: Vec<_> = told.collect();
        if context.output.json {
            let all = told
                .iter()
                .map(|it| json!({ "check": it.what, "ok": it.is_fine, "found": it.text }));
            context.output.json(&all.collect::<Vec<_>>())?;
        } else {
            for it in &told {
                let mark = if it.is_fine { "✓" } else { "✗" };
                context.output.print(&format!("{mark} {:<10} {}", it.what, it.text))?;
            }
        }
        match told.iter().filter(|it| !it.is_fine).count() {
            0 => Ok(()),
            1 => Err(Failed::failed("doctor", "one thing is missing; it is marked above")),
            many => Err(Failed::failed("doctor", format!("{many} things are missing; see above"))),
        }
    }
}

/// What was found, or what puts it right.
fn words(context: &Context<'_>, found: &driftline_client::Result<Found>) -> String {
    let sign_in = || context.call("sign-in");
    match found {
        Ok(Found::Fine(text)) => text.clone(),
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
