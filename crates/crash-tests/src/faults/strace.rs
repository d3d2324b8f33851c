//! Which calls fail, how, and when: in the words of `strace`.

use std::collections::BTreeMap;

use crate::dice::Dice;

/// A kind of call, and what befalls one of them: an error, or the death of the program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) call: &'static str,
    pub(super) effect: &'static str,
}

/// The death of the program in the middle of a call.
pub(super) const KILL: &str = "SIGKILL";

const fn of(call: &'static str, effect: &'static str) -> Fault {
    Fault { call, effect }
}

/// Everything that is tried. Locks of SQLite (`fcntl`) are left alone: they are taken and given
/// back by one call, and no system refuses to take one back.
const FAULTS: [Fault; 45] = [
    of("openat", "EMFILE"),
    of("openat", "EIO"),
    of("openat", "ENOSPC"),
    of("openat", "EACCES"),
    of("openat", KILL),
    of("read", "EIO"),
    of("read", "EINTR"),
    of("pread64", "EIO"),
    of("pread64", "EINTR"),
    of("write", "ENOSPC"),
    of("write", "EIO"),
    of("write", "EINTR"),
    of("write", KILL),
    of("pwrite64", "ENOSPC"),
    of("pwrite64", "EIO"),
    of("pwrite64", "EINTR"),
    of("pwrite64", KILL),
    of("fsync", "EIO"),
    of("fsync", "ENOSPC"),
    of("fsync", KILL),
    of("fdatasync", "EIO"),
    of("fdatasync", "ENOSPC"),
    of("fdatasync", KILL),
    of("ftruncate", "EIO"),
    of("ftruncate", "ENOSPC"),
    of("ftruncate", KILL),
    of("rename", "EIO"),
    of("rename", "EROFS"),
    of("rename", KILL),
    of("unlink", "EIO"),
    of("unlink", "EROFS"),
    of("unlink", KILL),
    of("mkdir", "ENOSPC"),
    of("mkdir", "EROFS"),
    of("linkat", "EIO"),
    of("fchmod", "EPERM"),
    of("chmod", "EPERM"),
    of("statx", "EIO"),
    of("newfstatat", "EIO"),
    of("newfstatat", "EACCES"),
    of("getdents64", "EIO"),
    of("lseek", "EIO"),
    of("flock", "EINTR"),
    of("flock", "ENOLCK"),
    of("copy_file_range", "EIO"),
];

impl Fault {
    pub(super) fn find(call: &str, effect: &str) -> Option<Self> {
        FAULTS.into_iter().find(|it| it.call == call && it.effect == effect)
    }

    /// The arguments of `strace` that let this happen at the call with number `moment` of
    /// each thread, and write these calls down in `log`.
    pub(super) fn arguments(self, moment: usize, log: &str) -> Vec<String> {
        let Self { call, effect } = self;
        let what = if effect == KILL { "signal" } else { "error" };
        let inject = format!("inject={call}:{what}={effect}:when={moment}");
        let mut all = tracing(&[call], log);
        // With this filter, strace sends no signal.
        all.retain(|it| effect != KILL || it != FILTER);
        all.extend(["-e".to_owned(), inject]);
        all
    }
}

/// Lets calls that nobody asked for pass at full speed.
const FILTER: &str = "--seccomp-bpf";

fn tracing(calls: &[&str], log: &str) -> Vec<String> {
    let trace = format!("trace={}", calls.join(","));
    ["-f", "-y", FILTER, "-qq", "-o", log, "-e", &trace].map(str::to_owned).into()
}

/// The arguments that write every call down in `log`.
pub(super) fn counting(log: &str) -> Vec<String> {
    let calls: Vec<&str> = FAULTS.iter().map(|it| it.call).collect();
    tracing(&calls, log)
}

/// How often each kind of call was made by the thread that made most of them.
pub(super) fn read(log: &str) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in log.lines() {
        let Some((thread, rest)) = line.trim_start().split_once(' ') else { continue };
        let Some((call, _)) = rest.trim_start().split_once('(') else { continue };
        *counts.entry((thread, call)).or_default() += 1;
    }
    let mut most: BTreeMap<String, usize> = BTreeMap::new();
    for ((_, call), count) in counts {
        let known = most.entry(call.to_owned()).or_default();
        *known = count.max(*known);
    }
    most
}

/// The call that was made to fail, as `log` has it.
pub(super) fn injected(log: &str) -> Option<&str> {
    let at = log.lines().position(|it| it.contains("INJECTED"))?;
    let line = log.lines().nth(at)?;
    if !line.contains(" resumed>") {
        return Some(line);
    }
    // Calls of other threads came between, so its beginning has a line of its own.
    let thread = line.split(' ').next();
    let before: Vec<&str> = log.lines().take(at).collect();
    before.into_iter().rev().find(|it| it.split(' ').next() == thread)
}

/// Whether a call wakes another thread, which has nothing to do with a disk and cannot fail.
pub(super) fn is_wake_up(call: &str) -> bool {
    call.contains("<anon_inode:[event")
}

/// The faults of a workload with so many calls, each with its moments: all of them, or
/// `most` drawn ones.
pub(super) fn moments(
    calls: &BTreeMap<String, usize>,
    most: usize,
    dice: &Dice,
) -> Vec<(Fault, Vec<usize>)> {
    let of = |fault: Fault| {
        let count = calls.get(fault.call).copied().unwrap_or_default();
        let mut moments: Vec<usize> = (1..=count).collect();
        while moments.len() > most {
            moments.remove(dice.below(moments.len()));
        }
        (fault, moments)
    };
    FAULTS.into_iter().map(of).collect()
}
