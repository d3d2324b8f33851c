//! A bucket at a real service that speaks S3: Debian's Ceph, with one monitor, one store in memory
//! and two gateways, on loopback and in a folder that goes with it. Of the services that a machine
//! can run, it is one that creates an object once, whoever races; moto and WebDAV servers let two
//! win.

use std::{
    fs::{self, File},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::debian;

/// Debian's packages; `curl` makes the bucket.
const PACKAGES: [&str; 5] = ["ceph-mon", "ceph-osd", "radosgw", "ceph-common", "curl"];
/// What the cluster is called, and its one store. Nobody else hears of either.
const CLUSTER: &str = "7d1f3c52-5b0e-4c8e-9d0a-6a1d3e0b9f01";
const STORE: &str = "7d1f3c52-5b0e-4c8e-9d0a-6a1d3e0b9f02";
/// Who may use the bucket.
const USER: [&str; 2] = ["driftline-tests", "not-a-secret"];
const BUCKET: &str = "driftline";
/// How often it is looked whether something answers, and how long it is waited between two looks.
const LOOKS: u32 = 1_200;
const LOOK: Duration = Duration::from_millis(100);

/// A cluster that runs, and ends with this.
pub(crate) struct Cluster {
    folder: TempDir,
    running: Vec<Child>,
    gateways: [u16; 2],
}

impl Cluster {
    /// Starts one, once its programs are installed. None where they are not here and cannot be
    /// installed: then the same is asked of a folder.
    pub(crate) fn start() -> Result<Option<Self>> {
        let search = || Ok(Some(PathBuf::from("/usr/bin/radosgw")).filter(|it| it.exists()));
        if search()?.is_none() && !debian::may_install() {
            eprintln!("There is no Ceph here, so a bucket is tested in a folder instead.");
            return Ok(None);
        }
        debian::find_or_install(search, &PACKAGES, "Debian's Ceph is what a bucket is tested at.")?;
        let folder = TempDir::new().context("no folder for a cluster")?;
        let [monitor, one, other] = free_ports()?;
        let mut cluster = Self { folder, running: Vec::new(), gateways: [one, other] };
        cluster.begin(monitor).context("Ceph does not start")?;
        Ok(Some(cluster))
    }

    /// What tells tests where it is, and who they are there.
    pub(crate) fn tell(&self, command: &mut Command) {
        let [one, other] = self.gateways.map(address);
        command.env("S3_SERVICE", one).env("S3_SERVICE_ALSO", other);
        command.env("AWS_ACCESS_KEY_ID", USER[0]).env("AWS_SECRET_ACCESS_KEY", USER[1]);
    }

    fn begin(&mut self, monitor: u16) -> Result<()> {
        for folder in ["run", "log", "osd", "rgw"] {
            fs::create_dir(self.path(folder))?;
        }
        fs::write(self.path("ceph.conf"), config(self.folder.path(), monitor))?;
        let key = self.done("ceph-authtool", &["--gen-print-key"])?;
        let keyring = format!("[mon.]\n\tkey = {key}\n\tcaps mon = \"allow *\"\n");
        fs::write(self.path("keyring"), keyring)?;
        let (keyring, map) = (self.path("keyring"), self.path("monmap"));
        let (keyring, map) = (text(&keyring), text(&map));
        let host = format!("[v2:127.0.0.1:{monitor}]");
        let make = ["--create", "--clobber", "--fsid", CLUSTER, "--addv", "a", &host, map];
        self.done("monmaptool", &make)?;
        self.done("ceph-mon", &["--mkfs", "-i", "a", "--monmap", map, "--keyring", keyring])?;
        self.run("ceph-mon", &["-f", "-i", "a"])?;
        self.done("ceph", &["osd", "new", STORE])?;
        self.done("ceph-osd", &["-i", "0", "--mkfs", "--osd-uuid", STORE])?;
        self.run("ceph-osd", &["-f", "-i", "0"])?;
        wait(|| Ok(self.done("ceph", &["osd", "stat"])?.contains("1 up")))?;
        for port in self.gateways {
            let (front, name) = (frontend(port), format!("rgw{port}"));
            let socket = self.path(&format!("run/{name}.asok"));
            let (pid, log) = (self.path(&format!("run/{name}.pid")), self.path("log").join(name));
            let files = ["--admin-socket", text(&socket), "--pid-file", text(&pid)];
            let more = ["--rgw-frontends", &front, "--log-file", text(&log)];
            let words: &[&[&str]] = &[&["-f", "-n", "client.rgw"], &files, &more];
            self.run("radosgw", &words.concat())?;
            // One after the other: the first makes what both of them keep.
            wait(|| Ok(TcpStream::connect(("127.0.0.1", port)).is_ok()))?;
        }
        let [user, secret] = USER;
        let whose = ["--uid", user, "--display-name", user];
        let keys = ["--access-key", user, "--secret-key", secret];
        let words: &[&[&str]] = &[&["-n", "client.rgw", "user", "create"], &whose, &keys];
        self.done("radosgw-admin", &words.concat())?;
        let (credentials, url) = (USER.join(":"), address(self.gateways[0]));
        let unsigned = ["-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"];
        let signed = ["--aws-sigv4", "aws:amz:us-east-1:s3", "--user", &credentials];
        let words: &[&[&str]] = &[&["-sS", "--fail", "-X", "PUT", &url], &unsigned, &signed];
        self.done("curl", &words.concat()).map(drop)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).env("CEPH_CONF", self.path("ceph.conf")).stdin(Stdio::null());
        command
    }

    /// Does something to its end. Returns what it printed.
    fn done(&self, program: &str, words: &[&str]) -> Result<String> {
        let output = self.command(program, words).output();
        let output = output.with_context(|| format!("`{program}` cannot be run"))?;
        let told = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`{program} {}` failed: {told}", words.join(" "));
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Begins something that runs until the cluster ends.
    fn run(&mut self, program: &str, words: &[&str]) -> Result<()> {
        let log = File::create(self.path(&format!("log/{program}-{}.out", self.running.len())))?;
        let mut command = self.command(program, words);
        let child = command.stderr(log.try_clone()?).stdout(log).spawn();
        self.running.push(child.with_context(|| format!("`{program}` cannot be started"))?);
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // What it keeps goes with its folder, so nothing has to be put in order.
        for child in self.running.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn config(folder: &Path, monitor: u16) -> String {
    let at = folder.display();
    format!(
        "[global]\n\
         fsid = {CLUSTER}\n\
         mon_host = [v2:127.0.0.1:{monitor}]\n\
         public_addr = 127.0.0.1\n\
         cluster_addr = 127.0.0.1\n\
         auth_cluster_required = none\n\
         auth_service_required = none\n\
         auth_client_required = none\n\
         auth_allow_insecure_global_id_reclaim = true\n\
         keyring = {at}/keyring\n\
         run_dir = {at}/run\n\
         admin_socket = {at}/run/$name.asok\n\
         log_file = {at}/log/$name.log\n\
         pid_file = {at}/run/$name.pid\n\
         crash_dir = {at}/log\n\
         osd_pool_default_size = 1\n\
         osd_pool_default_min_size = 1\n\
         osd_pool_default_pg_num = 4\n\
         osd_pool_default_pgp_num = 4\n\
         osd_pool_default_pg_autoscale_mode = off\n\
         osd_crush_chooseleaf_type = 0\n\
         mon_allow_pool_size_one = true\n\
         mon_max_pg_per_osd = 2000\n\
         [mon]\n\
         mon_data = {at}/mon\n\
         # A full disk is other tests' business.\n\
         mon_data_avail_crit = 1\n\
         mon_data_avail_warn = 2\n\
         [osd]\n\
         osd_data = {at}/osd\n\
         osd_objectstore = memstore\n\
         memstore_device_bytes = 1073741824\n\
         osd_class_load_list = *\n\
         osd_class_default_list = *\n\
         osd_op_num_shards = 2\n\
         [client.rgw]\n\
         # Its own default is what no authentication cannot serve, and it waits for ever.\n\
         ms_mon_client_mode = crc\n\
         rgw_data = {at}/rgw\n\
         rgw_enable_usage_log = false\n\
         rgw_enable_quota_threads = false\n\
         rgw_run_sync_thread = false\n\
         rgw_dns_name = localhost\n"
    )
}

/// Without the second setting each answer with a body takes 49 ms.
fn frontend(port: u16) -> String {
    format!("beast endpoint=127.0.0.1:{port} tcp_nodelay=1")
}

fn address(gateway: u16) -> String {
    format!("http://127.0.0.1:{gateway}/{BUCKET}")
}

fn free_ports() -> Result<[u16; 3]> {
    let mut listeners = Vec::new();
    for _ in 0..3 {
        listeners.push(TcpListener::bind(("127.0.0.1", 0)).context("no port is free")?);
    }
    let mut ports = [0; 3];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

fn wait(mut is_ready: impl FnMut() -> Result<bool>) -> Result<()> {
    for _ in 0..LOOKS {
        if is_ready()? {
            return Ok(());
        }
        thread::sleep(LOOK);
    }
    bail!("nothing answers after {LOOKS} looks")
}
