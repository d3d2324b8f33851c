//! The process: started with free ports, ready with one line, gone when it is dropped.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStderr, ChildStdin, Command},
};

use crate::{
    Error,
    build::{build, functions, program},
    install::{check_node, convex_folder, install},
};

/// How to start a local deployment. The default suits tests: free ports, data in memory,
/// errors left out of answers as in production.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to look for the repository, upwards. Default: the current folder.
    pub inside: Option<PathBuf>,
    /// The folder of functions. Default: `convex/functions` of the repository.
    pub functions: Option<PathBuf>,
    /// The port of the API, or 0 for a free one.
    pub port: u16,
    /// A folder that keeps data and keys between starts. Default: memory only.
    pub data: Option<PathBuf>,
    /// Who may sign in, as `DRIFTLINE_PEOPLE` lists them. Default: everybody.
    pub people: Option<String>,
    /// Whether answers say why a function failed. Production leaves that out.
    pub show_errors: bool,
    /// How long to wait until it is ready.
    pub deadline: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            inside: None,
            functions: None,
            port: 0,
            data: None,
            people: None,
            show_errors: false,
            deadline: Duration::from_secs(120),
        }
    }
}

/// A client for this machine alone, so that there is no certificate to check.
pub(crate) fn client() -> Result<reqwest::Client, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|it| Error::Io {
            what: "set up a client".into(),
            source: std::io::Error::other(it),
        })?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        // The process closes connections that nobody used for five seconds, and a call that is
        // just being made on one has no answer.
        .pool_max_idle_per_host(0)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .build();
    client.map_err(|source| Error::NoAnswer { order: "anything".into(), source })
}

/// What the process says when it is ready.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ready {
    url: String,
    site_url: String,
    provider_url: String,
    pub(crate) control: String,
}

/// A running local deployment. Dropping it ends the process.
pub struct Deployment {
    pub(crate) child: Child,
    /// The process ends when this is closed, so also when this one crashes. Held apart
    /// from the child, because whoever waits for a child closes its input first.
    _stdin: Option<ChildStdin>,
    pub(crate) ready: Ready,
    pub(crate) http: reqwest::Client,
    output: Arc<Mutex<String>>,
}

impl Deployment {
    /// Starts a deployment and waits until it answers. Installs its packages first if they
    /// are missing or out of date.
    ///
    /// # Errors
    /// If Node or the repository is missing, the packages cannot be installed, or the
    /// process is not ready in time.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let from = match &options.inside {
            Some(folder) => folder.clone(),
            None => std::env::current_dir().map_err(Error::io("find the current folder"))?,
        };
        let convex = prepare(from).await?;
        let mut child = command(&convex, &options)
            .spawn()
            .map_err(Error::io("start the local deployment with node"))?;
        let output = Arc::new(Mutex::new(String::new()));
        let reader = child.stderr.take().map(|it| tokio::spawn(collect(it, Arc::clone(&output))));
        let line = tokio::time::timeout(options.deadline, first_line(&mut child)).await;
        let how = match line {
            Ok(Ok(line)) => match serde_json::from_str(&line) {
                Ok(ready) => {
                    let (http, _stdin) = (client()?, child.stdin.take());
                    return Ok(Self { child, _stdin, ready, http, output });
                }
                Err(_) if line.is_empty() => "ended before it was ready".to_owned(),
                Err(error) => format!("said {line:?} instead of where it is ({error})"),
            },
            Ok(Err(error)) => format!("cannot be read: {error}"),
            Err(_) => format!("was not ready after {} s", options.deadline.as_secs()),
        };
        _ = child.kill().await;
        if let Some(reader) = reader {
            _ = reader.await;
        }
        let output = output.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Err(Error::NotReady { how, output })
    }

    /// The address of the API, as a profile wants it: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.ready.url
    }

    /// The address of HTTP actions: sign-in pages and keys.
    #[must_use]
    pub fn site_url(&self) -> &str {
        &self.ready.site_url
    }

    /// The address of the stand-ins for GitHub and Google.
    #[must_use]
    pub fn provider_url(&self) -> &str {
        &self.ready.provider_url
    }

    /// What the process has written to standard error so far.
    #[must_use]
    pub fn output(&self) -> String {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the process ends by itself, and returns how.
    ///
    /// # Errors
    /// If the system cannot tell.
    pub async fn ended(&mut self) -> Result<std::process::ExitStatus, Error> {
        self.child.wait().await.map_err(Error::io("wait for the local deployment"))
    }

    /// Ends the process at once, as a crash would, and waits until it is gone.
    ///
    /// # Errors
    /// If the system refuses.
    pub async fn kill(mut self) -> Result<(), Error> {
        self.child.kill().await.map_err(Error::io("end the local deployment"))
    }
}

/// Checks the machine and installs packages, away from the threads that run futures.
async fn prepare(from: PathBuf) -> Result<PathBuf, Error> {
    let work = move || {
        let convex = convex_folder(&from)?;
        check_node(Path::new("node"))?;
        install(&convex)?;
        build(&convex)?;
        Ok(convex)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::io("prepare the local deployment")(error.into()))?
}

fn command(convex: &Path, options: &Options) -> Command {
    let mut command = Command::new("node");
    if options.functions.is_some() {
        // Somebody's own functions are TypeScript.
        command.args(["--import", "tsx"]);
    }
    command.args(program()).arg("--until-stdin-ends").current_dir(convex);
    command.arg("--port").arg(options.port.to_string());
    let functions = options.functions.as_deref().map_or_else(functions, absolute);
    command.arg("--functions").arg(functions);
    if let Some(data) = &options.data {
        command.arg("--data").arg(absolute(data));
    }
    if let Some(people) = &options.people {
        command.arg("--people").arg(people);
    }
    if options.show_errors {
        command.arg("--show-errors");
    }
    // Its end of the pipe closes with this process, however that ends: no orphan stays.
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    command
}

/// The process runs in another folder than this one.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

async fn first_line(child: &mut Child) -> std::io::Result<String> {
    let Some(stdout) = child.stdout.take() else { return Ok(String::new()) };
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).await?;
    Ok(line)
}

/// Keeps what the process complains about.
async fn collect(mut stderr: ChildStderr, into: Arc<Mutex<String>>) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = stderr.read(&mut buffer).await {
        let text = String::from_utf8_lossy(&buffer[..length]);
        into.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
    }
}
