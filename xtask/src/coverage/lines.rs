//! Lines and whether they are reached, from what `llvm-cov` writes.

use std::{collections::BTreeMap, path::Path};

/// Which lines are reached.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reached {
    /// By file, and by the number of a line that does anything.
    pub(super) files: BTreeMap<String, BTreeMap<usize, bool>>,
}

/// Reads a report in lcov's format. Files are named from `sources` on.
pub(super) fn reached(report: &str, sources: &Path) -> Reached {
    let mut all = Reached::default();
    let mut lines = &mut BTreeMap::new();
    for line in report.lines() {
        if let Some(file) = line.strip_prefix("SF:") {
            let file = Path::new(file);
            let name = file.strip_prefix(sources).unwrap_or(file).to_string_lossy();
            lines = all.files.entry(name.into_owned()).or_default();
        } else if let Some((number, count)) =
            line.strip_prefix("DA:").and_then(|it| it.split_once(','))
            && let Ok(number) = number.parse()
        {
            // What was compiled several times is reached if one of them was.
            *lines.entry(number).or_default() |= count != "0";
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_reached_wherever_it_was_compiled() {
        let report = "SF:/src/row.rs\nDA:3,0\nDA:4,7\nend_of_record\nSF:/src/hub/mod.rs\nDA:9,0\n\
                      end_of_record\nSF:/src/row.rs\nDA:3,2\nDA:5,0\nend_of_record\n";
        let all = reached(report, Path::new("/src"));
        let row = BTreeMap::from([(3, true), (4, true), (5, false)]);
        let hub = BTreeMap::from([(9, false)]);
        assert_eq!(all.files, BTreeMap::from([("hub/mod.rs".into(), hub), ("row.rs".into(), row)]));
    }
}
