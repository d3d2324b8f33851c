//! A PostgreSQL server of this machine's packages, with the settings that Debian ships, on a
//! socket in a temporary folder. It ends with the bench, however that ends: its keeper waits for
//! the end of a pipe.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use tokio_postgres::{Client, NoTls};

const KEEPER: &str = r#"
"$0/pg_ctl" -D "$1/data" -w -l "$1/log" \
    -o "-c listen_addresses= -c unix_socket_directories=$1 $2" start >/dev/null \
    && echo ready && cat >/dev/null
"$0/pg_ctl" -D "$1/data" -m immediate stop >/dev/null
rm -rf "$1"
"#;

/// A running server.
pub(crate) struct Server {
    folder: PathBuf,
    /// Ends the server once its input is closed.
    keeper: Child,
}

impl Server {
    /// Starts one, with `options` for it.
    pub(crate) fn start(options: &str) -> Result<Self> {
        let programs = programs()?;
        // The keeper removes it.
        let folder = tempfile::Builder::new().prefix("pg").tempdir()?.keep();
        if is_root()? {
            run(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let mut initdb = as_user(&programs.join("initdb"))?;
        let data = folder.join("data");
        run(initdb.arg("-D").arg(data).args(["-A", "trust", "-U", "postgres", "-E", "UTF8"]))?;
        let mut keeper = as_user(Path::new("sh"))?;
        keeper.args(["-c", KEEPER]).args([&programs, &folder]).arg(options);
        let mut keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let told = keeper.stdout.as_mut().context("the server's keeper says nothing")?;
        BufReader::new(told).read_line(&mut line)?;
        let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
        ensure!(line == "ready\n", "PostgreSQL does not start: {}", log());
        Ok(Self { folder, keeper })
    }

    /// The folder with its socket.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _status = self.keeper.wait();
    }
}

/// The address of `database` at the server with this socket.
pub(super) fn address(server: &Path, database: &str) -> String {
    format!("postgres://postgres@h/{database}?host={}", server.display())
}

/// The socket itself.
pub(super) fn socket(server: &Path) -> PathBuf {
    server.join(".s.PGSQL.5432")
}

/// A connection beside the engine's.
pub(super) async fn client(server: &Path, database: &str) -> Result<Client> {
    let config = format!("host={} user=postgres dbname={database}", server.display());
    let (client, connection) = tokio_postgres::connect(&config, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// A new database.
pub(super) async fn create(server: &Path, database: &str) -> Result<()> {
    let admin = client(server, "postgres").await?;
    admin.batch_execute(&format!("DROP DATABASE IF EXISTS {database}")).await?;
    Ok(admin.batch_execute(&format!("CREATE DATABASE {database}")).await?)
}

/// The newest PostgreSQL that is installed.
fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |it: &PathBuf| it.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|it| it.path()).filter(|it| it.join("bin/initdb").exists());
    newest.max_by_key(version).map(|it| it.join("bin")).context(
        "PostgreSQL is not installed. On Debian or Ubuntu:\n  \
         sudo apt-get install --no-install-recommends postgresql",
    )
}

/// PostgreSQL refuses to run as root; then its own user runs it.
fn as_user(program: &Path) -> Result<Command> {
    if !is_root()? {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
    Ok(command)
}

fn is_root() -> Result<bool> {
    Ok(Command::new("id").arg("-u").output()?.stdout.trim_ascii() == b"0")
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed: {told}");
    Ok(())
}
