//! `cargo xtask test`: every test there is, in one profile. Whoever reads the output would have
//! to add up dozens of results; the last line does it for those of cargo.
//!
//! Half of the time tests wait: for a process, a browser, a server. So those of cargo, the
//! examples in documentation and those of pages (`cargo xtask pages`) run side by side, and what
//! the latter two print is shown once the first are done. The functions of the deployment need
//! nothing that cargo builds, so their tests run while it builds, and what tests need is installed
//! meanwhile.

use std::{
    ffi::OsString,
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{browser, cargo::cargo, ceph::Cluster, elsewhere, faults, npm::Package, postgres};

/// What to hand to cargo.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only what is tested of a bucket at a service that speaks S3: http://HOST:PORT/BUCKET, with
    /// the credentials that AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY name. Without an address
    /// one is started
    #[arg(long, value_name = "URL")]
    s3: Option<Option<String>>,
    /// Further arguments of `cargo test`, such as a part of a test's name, or
    /// `-- --nocapture`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Options {
    /// The arguments as they were `typed`: the parser keeps a first `--` to itself, and
    /// cargo must have it.
    fn given(&self, typed: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
        let mut typed: Vec<_> = typed.into_iter().collect();
        let at = typed.len().saturating_sub(self.arguments.len());
        let given = typed.split_off(at);
        let escape = typed.pop().filter(|it| it == "--");
        escape.into_iter().chain(given).collect()
    }
}

/// How many tests run at once, in the words of Rust's own runner. Twice as many as cores,
/// because they wait half of the time.
const THREADS: &str = "RUST_TEST_THREADS";

/// Both kinds of tests. A failure does not keep the other binaries from running.
const TESTS: &[&str] = &["test", "--locked", "--workspace", "--no-fail-fast", "--tests"];
const EXAMPLES: &[&str] = &["test", "--locked", "--workspace", "--no-fail-fast", "--doc"];

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    if let Some(url) = &options.s3 {
        return at_service(root, url.as_deref());
    }
    let count = match options.arguments.is_empty() {
        true => everything(root)?,
        false => of_cargo(root, &[TESTS, EXAMPLES], &options.given(std::env::args_os()), None)?,
    };
    println!("\n{} passed, {} failed", count.passed, count.failed);
    ensure!(count.failed == 0, "tests failed; their names are above, under `failures:`");
    Ok(())
}

fn everything(root: &Path) -> Result<Count> {
    let mut building = build(root)?;
    let service = match ready(root).and_then(|()| Cluster::start()) {
        Ok(service) => service,
        Err(error) => {
            building.kill().context("cannot stop cargo")?;
            return Err(error);
        }
    };
    let this = std::env::current_exe().context("cannot tell where this program is")?;
    let mut pages = Command::new(&this);
    let pages = Beside::start(pages.arg("pages"), this.with_file_name("pages.log"))?;
    let cargo = built(building).and_then(|()| {
        let examples = this.with_file_name("examples.log");
        let examples = Beside::start(cargo(root).args(EXAMPLES), examples)?;
        let tests = of_cargo(root, &[TESTS], &[], service.as_ref());
        examples.end("examples in documentation")?;
        tests
    });
    // Seen to its end also where cargo failed: both may have something to say.
    pages.end("tests of pages")?;
    cargo
}

/// What tests need, before those of pages begin, which may install something, too.
fn ready(root: &Path) -> Result<()> {
    postgres::ready()?;
    faults::ready()?;
    // Both sides need it, and the first of them would install it under the other.
    Package::deployment(root).map(drop)
}

/// The suite and the race of setting up, at a service that runs.
fn at_service(root: &Path, url: Option<&str>) -> Result<()> {
    let mut cargo = cargo(root);
    cargo.args(["test", "--locked", "--workspace", "--test", "it", "--", "service::one_device"]);
    cargo.args(["a_service_keeps_every_promise", "--nocapture"]);
    let started = match url {
        Some(url) => {
            cargo.env("S3_SERVICE", url).env_remove("S3_SERVICE_ALSO");
            None
        }
        None => Some(Cluster::start()?.context("there is no Ceph here; name a service")?),
    };
    if let Some(service) = &started {
        service.tell(&mut cargo);
    }
    let mut count = Count::default();
    let succeeded = stream(&mut cargo, &mut std::io::stdout(), &mut count)?;
    println!("\n{} passed, {} failed", count.passed, count.failed);
    ensure!(succeeded && count.passed > 0, "tests failed; their names are above");
    Ok(())
}

fn of_cargo(
    root: &Path,
    kinds: &[&[&str]],
    arguments: &[OsString],
    service: Option<&Cluster>,
) -> Result<Count> {
    let mut count = Count::default();
    let mut all_ran = true;
    for kind in kinds {
        let mut cargo = cargo(root);
        // Whatever somebody's shell says: a snapshot that differs fails, and none is written.
        cargo.env("INSTA_UPDATE", "no").env_remove("INSTA_FORCE_PASS");
        cargo.args(*kind).args(arguments);
        if let Some(service) = service {
            service.tell(&mut cargo);
        }
        if std::env::var_os(THREADS).is_none() {
            cargo.env(THREADS, (2 * cores()).to_string());
        }
        let before = count;
        let succeeded = stream(&mut cargo, &mut std::io::stdout(), &mut count)?;
        all_ran &= succeeded || count.failed > before.failed;
        if count == before && !succeeded {
            bail!("the tests could not be built or started; the reason is above");
        }
    }
    ensure!(all_ran, "a program of tests ended without a result; look for its name above");
    Ok(count)
}

/// Builds everything at once: a test that runs beside a compiler waits for it.
fn build(root: &Path) -> Result<Child> {
    cargo(root).args(TESTS).arg("--no-run").spawn().context("cannot start cargo")
}

fn built(mut building: Child) -> Result<()> {
    let status = building.wait().context("what cargo built was lost")?;
    ensure!(status.success(), "the tests cannot be built; the reason is above");
    Ok(())
}

/// How many of the machine's cores this process may use.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

/// Tests in a process of their own, which prints to a file.
struct Beside {
    process: Child,
    told: PathBuf,
}

impl Beside {
    fn start(command: &mut Command, told: PathBuf) -> Result<Self> {
        let file = File::create(&told).with_context(|| format!("{}", told.display()))?;
        command.stderr(file.try_clone()?).stdout(file).stdin(Stdio::null());
        let process = command.spawn().context("cannot start tests beside others")?;
        Ok(Self { process, told })
    }

    /// Waits for them and shows what they printed.
    fn end(mut self, what: &str) -> Result<()> {
        let status = self.process.wait().with_context(|| format!("the {what} were lost"))?;
        let mut told = File::open(&self.told).with_context(|| format!("what the {what} said"))?;
        std::io::copy(&mut told, &mut std::io::stdout())?;
        ensure!(status.success(), "{what} failed; see above");
        Ok(())
    }
}

/// The functions of the deployment, what people see in a browser, and what of it depends on
/// the day.
pub(crate) fn pages(root: &Path) -> Result<()> {
    convex(root)?;
    browser::build(root)?;
    browser::test(root)?;
    let mut count = Count::default();
    elsewhere::test(root, &mut count)?;
    ensure!(count.failed == 0, "tests failed; their names are above, under `failures:`");
    Ok(())
}

/// The functions of the Convex deployment: types, form and tests.
fn convex(root: &Path) -> Result<()> {
    let convex = Package::deployment(root)?;
    convex.check()?;
    convex.script("test", [""; 0], [])
}

/// Passes on what `command` prints, and counts. Returns whether it succeeded.
pub(crate) fn stream(command: &mut Command, to: &mut dyn Write, count: &mut Count) -> Result<bool> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let mut lines = BufReader::new(child.stdout.take().context("cargo has no output")?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        count.take(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(child.wait()?.success())
}

/// How many tests had which end.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Count {
    /// Adds what `line` says, if it is the result of a program of tests.
    fn take(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        for part in result.split([';', '.']) {
            let mut words = part.split_whitespace();
            let Some(Ok(number)) = words.next().map(str::parse::<u64>) else { continue };
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed") => self.failed += number,
                _ => (),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(lines: &[&str]) -> Count {
        let mut count = Count::default();
        lines.iter().for_each(|it| count.take(it));
        count
    }

    #[test]
    fn results_add_up_and_nothing_else_counts() {
        let tail = "0 ignored; 0 measured; 2 filtered out; finished in 225.16s";
        let lines = [
            "test results_without_calls_are_legal ... ok\n",
            &format!("test result: ok. 6 passed; 0 failed; {tail}\n"),
            &format!("test result: FAILED. 12 passed; 3 failed; {tail}\n"),
            "7 passed; 7 failed;\n",
        ];
        assert_eq!(count(&lines), Count { passed: 18, failed: 3 });
    }

    #[test]
    fn cargo_gets_every_argument() {
        use clap::Parser;

        #[derive(Parser)]
        struct Typed {
            #[command(flatten)]
            options: Options,
        }

        for words in ["", "name", "-p core name -- --nocapture", "-- --nocapture"] {
            let typed = || ["xtask"].into_iter().chain(words.split_whitespace());
            let options = Typed::parse_from(typed()).options;
            let given = options.given(typed().map(OsString::from)).join(" ".as_ref());
            assert_eq!(given.to_str(), Some(words));
        }
    }

    #[test]
    fn output_is_streamed_and_the_end_reported() {
        let (mut output, mut count) = (Vec::new(), Count::default());
        let mut shell = Command::new("sh");
        shell.args(["-c", "printf 'test result: ok. 2 passed; 0 failed; \\377\\n'; exit 3"]);
        assert!(!stream(&mut shell, &mut output, &mut count).unwrap());
        assert_eq!(output, b"test result: ok. 2 passed; 0 failed; \xff\n");
        assert_eq!(count, Count { passed: 2, failed: 0 });
    }
}
