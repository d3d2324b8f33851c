//! The app while it runs: the server of the pages, and beside it what keeps them true: a
//! thread that imports transcripts as they grow, and one that syncs.

mod demo;
mod host;
mod running;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use driftline_client::{importer::Importer, runtime, service::Service};
use driftline_core::Millis;
use driftline_web::{Error as WebError, Host as _, Options, Server, Traded, knock};
use serde_json::json;
use tokio::sync::mpsc;
use url::Url;

use self::{
    host::AppHost,
    running::{Place, Running},
};
use crate::{
    browser::{self, Handover, Purpose},
    context::Context,
    env,
    error::Failed,
};

/// How long an app that is just starting may take to say where it is.
const STARTING: Millis = 10_000;
const STEP: Millis = 100;

/// Starts the app, or finds the one that runs, and shows `path` in the browser.
pub(crate) fn open(context: &Context<'_>, path: &str, no_browser: bool, port: u16) -> Result<()> {
    context.profile.create()?;
    match Place::claim(&context.profile)? {
        Some(place) => serve(context, &place, path, no_browser, port),
        None => {
            let link = visit(context, path)?;
            tell(context, &link, no_browser, false)
        }
    }
}

/// Asks the app that runs for an address.
fn visit(context: &Context<'_>, path: &str) -> Result<String> {
    runtime()?.block_on(async {
        let (mut failed, mut stranger) = (None, None);
        for _ in 0..STARTING / STEP {
            let found = Running::find(&context.profile);
            // Who turned out to be somebody else is not asked again.
            if let Some(it) = found.filter(|it| stranger.as_ref() != Some(&it.secret)) {
                match knock(it.address, &it.secret, path).await {
                    Ok(link) => return Ok(link),
                    Err(error) => {
                        if matches!(error, WebError::Stranger { .. }) {
                            stranger = Some(it.secret);
                        }
                        failed = Some(error);
                    }
                }
            }
            context.env.sleep(STEP).await;
        }
        let why = failed.map_or_else(String::new, |it| format!(" ({it})"));
        let message = "the app of this profile runs and does not answer";
        Err(Failed::failed("no_answer", format!("{message}{why}; end it, then try again")))
    })
}

fn serve(
    context: &Context<'_>,
    place: &Place,
    path: &str,
    no_browser: bool,
    port: u16,
) -> Result<()> {
    let device = context.device()?;
    let runtime = runtime()?;
    let importer = Importer::start(context.client().clone(), device.replica.clone())?;
    let (service, _news) = Service::start(context.client(), &device)?;
    let reading = context.reading(&device)?;
    let host = Arc::new(AppHost::new(
        context.client().clone(),
        context.caller().clone(),
        &device,
        importer.asker(),
        service,
        demo::when_asked(context.client().clone(), context.caller().clone()),
    ));
    let options =
        Options { reading, env: context.env.clone(), host: host.clone(), zone: env::zone(), port };
    let served = runtime.block_on(async {
        let mut server = Server::bind(options).await?;
        let traded = server.traded();
        let door = server.door();
        place.tell(&Running { address: server.address(), secret: door.secret().to_owned() })?;
        let interrupted = interrupted()?;
        tell(context, &door.link(path), no_browser, true)?;
        tokio::select! {
            () = server.run(interrupted) => (),
            () = follow(context, traded) => (),
        }
        anyhow::Ok(())
    });
    // Whatever is under way, nobody waits for it: a job of a page gives up at its next look,
    // and the rest is made up for as after a crash.
    runtime.shutdown_background();
    host.profile().close();
    importer.stop();
    served
}

/// Takes away the page that led a browser here once it is in, and says aloud when a code
/// came a second time, or too late.
async fn follow(context: &Context<'_>, mut traded: mpsc::UnboundedReceiver<Traded>) {
    while let Some(it) = traded.recv().await {
        match it {
            Traded::Now { code } => browser::clear(context.profile.path(), Purpose::App, &code),
            Traded::Again => context.output.say(
                "A link to this app was opened that had let a browser in before. If no page of \
                 yours opened and this was not you, somebody else reads here: end this now.",
            ),
            Traded::Late => context.output.say(&format!(
                "A link to this app was opened more than a minute after it was made. For \
                 another one:  {}",
                context.call("open")
            )),
        }
    }
    // The server, which tells all this, has the other end.
    std::future::pending::<()>().await;
}

/// Resolves when a person or the system asks the program to end.
fn interrupted() -> Result<impl Future<Output = ()> + Send> {
    let failed = "the system tells of no interrupts; try again";
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).context(failed)?;
        let mut terminate = signal(SignalKind::terminate()).context(failed)?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => (),
                _ = terminate.recv() => (),
            }
        })
    }
    #[cfg(not(unix))]
    {
        let mut interrupt = tokio::signal::windows::ctrl_c().context(failed)?;
        Ok(async move {
            interrupt.recv().await;
        })
    }
}

/// Says where the app is, and opens the browser there. The code in the address is shown
/// only where no browser takes it.
fn tell(context: &Context<'_>, link: &str, no_browser: bool, starts: bool) -> Result<()> {
    let url = Url::parse(link).context("the app's own address cannot be read")?;
    let mut plain = url.clone();
    plain.set_fragment(None);
    let page = match no_browser {
        true => None,
        false => Handover::open(context.profile.path(), Purpose::App, &url),
    };
    let opened = page.is_some();
    // It goes with the code, which the app learns of.
    page.into_iter().for_each(Handover::leave);
    if context.output.json {
        context
            .output
            .json(&json!({ "address": plain.as_str(), "link": link, "opened": opened }))?;
    } else if opened {
        context.output.print(&format!("Driftline is at {plain} and opens in your browser."))?;
        let other = context.call("open --no-browser");
        context.output.chat(&format!("If no page appears:  {other}"));
    } else {
        context.output.print("Open this in a browser on this machine, within a minute:")?;
        context.output.print(&format!("  {link}"))?;
    }
    if starts && !context.output.json {
        let again = context.call("open");
        context.output.chat(&format!("Ctrl-C ends it. To open it again:  {again}"));
    }
    context.output.flush()
}
