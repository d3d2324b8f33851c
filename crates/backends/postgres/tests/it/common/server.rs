//! A PostgreSQL server of this machine's packages, on a socket in a temporary folder. It ends
//! with the test program, however that ends: its keeper waits for the end of a pipe.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use tokio_postgres::{Client, NoTls};

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

/// A running server.
pub(crate) struct Server {
    folder: PathBuf,
    programs: PathBuf,
    /// Ends the server once its input is closed.
    keeper: Child,
}

/// The server that tests share.
pub(crate) fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(Server::start)
}

impl Server {
    /// Starts one.
    pub(crate) fn start() -> Self {
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

    /// Stops it and starts it again; `how` it stops is `fast` or `immediate`.
    pub(crate) fn restart(&self, how: &str) {
        let mut restart = as_user(&self.programs.join("pg_ctl"));
        let log = self.folder.join("log");
        restart.arg("-D").arg(self.folder.join("data")).args(["-w", "-m", how, "-l"]).arg(log);
        ran(restart.arg("restart"));
    }

    /// Stops it, and starts it as a standby that follows nobody.
    pub(crate) fn become_standby(&self) {
        let signal = self.folder.join("data/standby.signal");
        fs::write(&signal, "").unwrap();
        self.restart("fast");
    }

    /// Makes a standby the primary.
    pub(crate) fn promote(&self) {
        let mut promote = as_user(&self.programs.join("pg_ctl"));
        ran(promote.arg("-D").arg(self.folder.join("data")).args(["-w", "promote"]));
    }

    /// The folder with its socket.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of `database` as `role`.
    pub(crate) fn address(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@h/{database}?host={}", self.folder.display())
    }

    /// A connection of a test's own, as `role`.
    pub(crate) async fn client(&self, role: &str, database: &str) -> Client {
        let folder = self.folder.display();
        let config = format!("host={folder} user={role} dbname={database}");
        let (client, connection) = tokio_postgres::connect(&config, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// A database that nobody else uses, and a role that may make things in it. Both have the
    /// name that is returned.
    pub(crate) async fn database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let admin = self.client("postgres", "postgres").await;
        admin.batch_execute(&format!("CREATE ROLE {name} LOGIN")).await.unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name} OWNER {name}")).await.unwrap();
        name
    }
}

impl Drop for Server {
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
