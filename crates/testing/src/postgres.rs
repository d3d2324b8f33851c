//! A PostgreSQL server of this machine's packages, on a socket in a temporary folder. It ends
//! with the program that started it, however that ends: its keeper waits for the end of a pipe.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Nothing needs to survive the machine. Passwords are asked for by the one role that tests
/// them.
const SETTINGS: &str = "
listen_addresses = ''
fsync = off
full_page_writes = off
wal_level = replica
max_wal_senders = 0
max_connections = 60
shared_buffers = 64MB
";
const ACCESS: &str = "
local all locked scram-sha-256
local all all trust
";

const KEEPER: &str = r#"
"$0/pg_ctl" -D "$1/data" -w -l "$1/log" start >/dev/null && echo ready && cat >/dev/null
"$0/pg_ctl" -D "$1/data" -m immediate stop >/dev/null
rm -rf "$1"
"#;

/// A running server. Its administrator is the role `postgres`.
pub struct PostgresServer {
    folder: PathBuf,
    programs: PathBuf,
    /// Ends the server once its input is closed.
    keeper: Child,
}

impl PostgresServer {
    /// Starts one.
    pub fn start() -> Self {
        let programs = programs();
        // The keeper removes it.
        let folder = tempfile::Builder::new().prefix("pg").tempdir().unwrap().keep();
        if is_root() {
            ran(Command::new("chown").arg("postgres").arg(&folder));
        }
        let data = folder.join("data");
        let mut initdb = as_user(&programs.join("initdb"));
        ran(initdb
            .arg("-D")
            .arg(&data)
            .args(["-N", "-A", "trust", "-U", "postgres", "-E", "UTF8"]));
        let settings = data.join("postgresql.conf");
        let socket = format!("unix_socket_directories = '{}'\n", folder.display());
        let written = fs::read_to_string(&settings).unwrap() + SETTINGS + &socket;
        fs::write(&settings, written).unwrap();
        fs::write(data.join("pg_hba.conf"), ACCESS).unwrap();
        let mut keeper = as_user(Path::new("sh"));
        keeper.args(["-c", KEEPER]).args([&programs, &folder]);
        let mut keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(keeper.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert_eq!(line, "ready\n", "the server does not start: {}", log());
        Self { folder, programs, keeper }
    }

    /// The folder with its socket.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of `database` as `role`.
    pub fn address(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@h/{database}?host={}", self.folder.display())
    }

    /// Makes a database that belongs to `postgres`.
    pub fn create(&self, database: &str) {
        self.run(&[&format!("CREATE DATABASE {database}")]);
    }

    /// Puts a copy of a database in the place of another one. Whoever is connected to either is
    /// thrown out.
    pub fn copy(&self, from: &str, to: &str) {
        self.run(&[
            &format!(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
                 WHERE datname = '{from}'"
            ),
            &format!("DROP DATABASE IF EXISTS {to} WITH (FORCE)"),
            &format!("CREATE DATABASE {to} TEMPLATE {from}"),
        ]);
    }

    /// Runs statements, each in a transaction of its own.
    fn run(&self, statements: &[&str]) {
        let mut psql = as_user(&self.programs.join("psql"));
        psql.args(["-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"]).arg(&self.folder);
        ran(psql.args(statements.iter().flat_map(|it| ["-c", it])));
    }

    /// Gives the server an order of `pg_ctl`, and waits until it has obeyed.
    pub fn order(&self, words: &[&str]) {
        let mut order = as_user(&self.programs.join("pg_ctl"));
        order.arg("-D").arg(self.folder.join("data")).arg("-w").args(words);
        // Otherwise a server that is started writes into the pipes of whoever asked for it.
        ran(order.arg("-l").arg(self.folder.join("log")));
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The newest PostgreSQL that is installed.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |it: &PathBuf| it.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|it| it.path()).filter(|it| it.join("bin/initdb").exists());
    let newest = newest.max_by_key(version).map(|it| it.join("bin"));
    newest.expect(
        "these tests need PostgreSQL; on Debian or Ubuntu: \
         sudo apt-get install --no-install-recommends postgresql",
    )
}

/// PostgreSQL refuses to run as root; then its own user runs it.
fn as_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

fn ran(command: &mut Command) {
    let done = command.current_dir("/").stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}
