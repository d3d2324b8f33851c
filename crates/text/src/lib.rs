//! Text from transcripts, made ready to be shown: as data, never as markup. A page and a
//! terminal each show it in their own way, and neither interprets what is in it.

mod ansi;
mod change;
mod code;
mod excerpt;
mod link;
mod markdown;
mod safe;
pub mod said;
mod shell;

pub use self::{
    ansi::{Colour, Look, Span, spans},
    change::{Change, Line, Sign, change},
    code::{Token, tokens},
    excerpt::{Excerpt, excerpt},
    markdown::{Block, Cell, Inline, markdown},
    safe::{MARK, is_misleading, is_unsafe, one_line, safe, shortened},
    shell::Shell,
};

/// A length of time, from milliseconds, as people say it.
pub fn length(millis: u64) -> String {
    let seconds = millis / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => format!("{millis} ms"),
        (0, 0, 1..10) => format!("{}.{} s", seconds, millis % 1000 / 100),
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// A number of bytes, as people say it.
pub fn size(bytes: usize) -> String {
    const UNITS: &[&str] = &["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    match tenths {
        0..100 => format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit]),
        _ => format!("{} {}", tenths / 10, UNITS[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_sizes_are_said_as_people_do() {
        let said = [12, 2_150, 41_000, 60_000, 90_000, 2_460_000, 7_200_000, 9_000_000];
        let said: Vec<_> = said.into_iter().map(length).collect();
        assert_eq!(
            said,
            ["12 ms", "2.1 s", "41 s", "1 min", "1 min 30 s", "41 min", "2 h", "2 h 30 min"]
        );
        let sizes: Vec<_> =
            [999, 1_000, 12_345, 1_048_576, 50_000_000].into_iter().map(size).collect();
        assert_eq!(sizes, ["999 B", "1.0 kB", "12 kB", "1.0 MB", "50 MB"]);
    }
}
