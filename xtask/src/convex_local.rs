//! `cargo xtask convex-local`: a Convex deployment on this machine, to try signing in and
//! syncing without any account anywhere.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use driftline_deployment::{Deployment, Options as Start};

/// How to start it.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The port of the API
    #[arg(long, default_value_t = 3210)]
    port: u16,
    /// Keep data, keys and sessions in this folder
    #[arg(long)]
    data: Option<PathBuf>,
    /// Print one line of JSON instead of an explanation
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(serve(root, options))
}

async fn serve(root: &Path, options: &Options) -> Result<()> {
    let start = Start {
        inside: Some(root.to_owned()),
        port: options.port,
        data: options.data.clone(),
        show_errors: true,
        ..Start::default()
    };
    let mut deployment = Deployment::start(start).await?;
    if options.json {
        println!("{}", as_json(&deployment));
    } else {
        explain(&deployment, options.data.as_deref());
    }
    tokio::select! {
        // Ctrl-C reaches the deployment, too, which ends by itself; both orders are fine.
        pressed = tokio::signal::ctrl_c() => pressed.context("cannot wait for Ctrl-C")?,
        ended = deployment.ended() => {
            let status = ended?;
            // The same key press may have been seen there first.
            if !status.success() {
                bail!("the deployment ended with {status}; it wrote:\n{}", deployment.output());
            }
        }
    }
    _ = deployment.stop().await;
    if !options.json {
        println!("Stopped.");
    }
    Ok(())
}

fn as_json(deployment: &Deployment) -> serde_json::Value {
    serde_json::json!({
        "url": deployment.url(),
        "siteUrl": deployment.site_url(),
        "providerUrl": deployment.provider_url(),
    })
}

fn explain(deployment: &Deployment, data: Option<&Path>) {
    let (url, site) = (deployment.url(), deployment.site_url());
    let providers = deployment.provider_url();
    let kept =
        data.map_or("in memory; --data DIR keeps it".to_owned(), |it| it.display().to_string());
    println!(
        "A Convex deployment is running at {url}, for this machine only.

Point a profile at it, and sign in:
  driftline --profile DIR config set remote.backend convex \\
    remote.url {url} remote.site_url {site}
  driftline --profile DIR sign-in

In place of GitHub and Google there are stand-ins at {providers}:
they ask who you are, and believe it.

Data: {kept}
Stop: Ctrl-C"
    );
}
