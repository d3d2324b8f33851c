//! How much memory a process took.

use std::fs;

/// The most that this process ever took, in bytes. Linux says so, others do not.
pub fn peak() -> Option<u64> {
    peak_of("self")
}

/// The same of the process with this number, if it still runs.
pub fn peak_of(process: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|it| it.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1_024)
}
