//! `doctor`: checks everything that signing in and syncing need, without signing in, and
//! says for each thing that is missing what puts it right.

use anyhow::Result;
use clap::Args;
use driftline_auth::{Loopback, State};
use serde_json::json;

use crate::{
    account::{Deployment, runtime},
    context::Context,
    error::Failed,
    hints::{self, WHAT_IS_MISSING},
};

/// Check what signing in and syncing need.
#[derive(Clone, Debug, Args)]
pub(crate) struct Doctor {}

/// What was looked at, and what was found.
struct Check {
    what: &'static str,
    found: Result<String, String>,
}

impl Doctor {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let mut checks = Vec::new();
        let mut add = |what: &'static str, found: Result<String>| {
            let found = found.map_err(|it| hints::line(&it));
            checks.push(Check { what, found });
        };
        let config = context.config();
        add("config", config.as_ref().map(|it| it.file.display().to_string()).map_err(clone));
        add("rows", context.device().map(|_| context.profile.path().display().to_string()));
        if let Ok(config) = config {
            match Deployment::required(context, &config, false) {
                Ok(deployment) => self.remote(context, &deployment, &mut add)?,
                Err(error) => add("remote", Err(error)),
            }
        }
        let bad = checks.iter().filter(|it| it.found.is_err()).count();
        if context.output.json {
            let all = checks.iter().map(|it| match &it.found {
                Ok(found) => json!({ "check": it.what, "ok": true, "found": found }),
                Err(why) => json!({ "check": it.what, "ok": false, "found": why }),
            });
            context.output.json(&all.collect::<Vec<_>>())?;
        } else {
            for check in &checks {
                let (mark, text) = match &check.found {
                    Ok(text) => ("✓", text),
                    Err(text) => ("✗", text),
                };
                context.output.print(&format!("{mark} {:<10} {text}", check.what))?;
            }
        }
        match bad {
            0 => Ok(()),
            1 => Err(Failed::failed("doctor", "one thing is missing; it is marked above")),
            many => Err(Failed::failed("doctor", format!("{many} things are missing; see above"))),
        }
    }

    fn remote(
        &self,
        context: &Context<'_>,
        deployment: &Deployment,
        add: &mut impl FnMut(&'static str, Result<String>),
    ) -> Result<()> {
        let runtime = runtime()?;
        add("site", deployment.site().map(|it| it.origin().to_string()));
        runtime.block_on(async {
            match deployment.calls().methods().await {
                Err(error) => add("deployment", Err(error.into())),
                Ok(all) => {
                    add("deployment", Ok(deployment.origin.host()));
                    add("keys", set_up(all.ready, "set"));
                    let ready = all.methods.iter().filter(|it| it.ready);
                    let titles: Vec<_> = ready.map(|it| it.title.as_str()).collect();
                    add("providers", set_up(!titles.is_empty(), &titles.join(", ")));
                }
            }
            let listens = Loopback::open(&*context.env).await;
            add("listener", listens.map(|_| "127.0.0.1".to_owned()).map_err(Into::into));
            add("tokens", deployment.session.place().await.map_err(Into::into));
            let state = deployment.session.state().await;
            add(
                "sign-in",
                match state {
                    Ok(State::SignedIn) => Ok("signed in".to_owned()),
                    Ok(State::SignedOut) => Ok(format!("nobody yet: {}", context.call("sign-in"))),
                    Ok(State::Ended) => Err(Failed::failed(
                        "ended",
                        format!("it has ended: {}", context.call("sign-in")),
                    )),
                    Err(error) => Err(error.into()),
                },
            );
        });
        Ok(())
    }
}

fn clone(error: &anyhow::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}

/// What was found, or who is told what is missing.
fn set_up(ready: bool, found: &str) -> Result<String> {
    if ready {
        return Ok(found.to_owned());
    }
    let told = format!("not set up; whoever runs it sees what is missing: {WHAT_IS_MISSING}");
    Err(Failed::failed("not_set_up", told))
}
