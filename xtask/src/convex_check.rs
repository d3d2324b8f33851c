//! `cargo xtask convex-check`: holds a deployment that a person names to the contract of
//! remotes. It signs in twice, with accounts that were made for it: what it writes stays.

use std::{io::BufRead, sync::Arc};

use anyhow::{Context, Result, bail, ensure};
use driftline_auth::{
    Calls, Error as AuthError, FileGate, FileVault, Http, Origin, ProviderPlugin, Session, SignIn,
    Site,
};
use driftline_convergence::{Contract, contract, scratch};
use driftline_convex::Convex;
use driftline_convex_suite::MachineTime;
use driftline_core::{Env, Schema};
use driftline_entities as _;
use driftline_memory as _;
use tempfile::TempDir;

/// How often a code may be mistyped.
const TRIES: usize = 3;

/// Which deployment to check.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Its address, such as `https://happy-otter-123.convex.cloud`
    url: String,
    /// The address of its pages, if it is not the usual one
    #[arg(long)]
    site_url: Option<String>,
    /// With which accounts: github or google
    #[arg(long, default_value = "github")]
    provider: String,
    /// Rounds of devices that write and sync at once
    #[arg(long, default_value_t = 200)]
    rounds: usize,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(check(options))
}

async fn check(options: &Options) -> Result<()> {
    let env: Arc<dyn Env> = Arc::new(MachineTime::start());
    println!(
        "This signs in twice to {}, as two people, and writes rows that stay there.\n\
         Use throw-away accounts. One that holds any row is left alone.\n",
        options.url
    );
    let one = Person::sign_in(options, &env, "first").await?;
    let other = Person::sign_in(options, &env, "second").await?;
    let outcome = hold(options, &env, &one, &other).await;
    for person in [one, other] {
        if !person.session.sign_out().await.unwrap_or(false) {
            println!("The deployment was not told that a session is over; it ends by itself.");
        }
    }
    outcome
}

async fn hold(options: &Options, env: &Arc<dyn Env>, one: &Person, other: &Person) -> Result<()> {
    let asked = Contract {
        hubs: [&one.remote, &other.remote],
        schema: Schema::registered()?,
        local: scratch("memory")?,
        env: env.clone(),
        rounds: options.rounds,
    };
    let broken = contract(&asked, |promise| println!("✓ {promise}")).await?;
    if let Some(broken) = broken {
        bail!("the deployment breaks a promise: {broken}");
    }
    println!("\n{} keeps every promise that can be seen from outside.", options.url);
    Ok(())
}

/// Somebody who is signed in for as long as the check takes.
struct Person {
    session: Arc<Session>,
    remote: Convex,
    // The tokens are in it, and go with it.
    _folder: TempDir,
}

impl Person {
    async fn sign_in(options: &Options, env: &Arc<dyn Env>, which: &str) -> Result<Self> {
        let origin = Origin::of_deployment(&options.url)?;
        let http = Arc::new(Http::new(env.clone())?);
        let site = Site::of(&origin, options.site_url.as_deref())?;
        let provider = ProviderPlugin::named(&options.provider)?;
        let sign_in = SignIn::new(origin.clone(), site, http.clone(), env.clone());
        let attempt = sign_in.with_code(provider).await?;
        println!("The {which} account: open this and sign in with {}:", provider.title);
        println!("  {}", attempt.page());
        let mut left = TRIES;
        let tokens = loop {
            println!("Then type the code that it shows:");
            let mut line = String::new();
            let read = std::io::stdin().lock().read_line(&mut line);
            ensure!(read.context("the code cannot be read")? > 0, "no code was typed");
            left -= 1;
            match sign_in.typed(&attempt, &line).await {
                Err(AuthError::WrongCode) if left > 0 => println!("This is not the code."),
                done => break done?,
            }
        };
        let folder = tempfile::tempdir()?;
        let session = Arc::new(Session::new(
            Calls::new(origin.clone(), http),
            Arc::new(FileVault::new(folder.path())),
            Arc::new(FileGate::new(folder.path())),
            env.clone(),
        ));
        session.keep(tokens).await?;
        let remote = Convex::new(origin, env.clone(), Some(session.clone()))?;
        Ok(Self { session, remote, _folder: folder })
    }
}
