//! Lines or branches and whether they are reached, from what `llvm-cov` writes.

use std::{collections::BTreeMap, path::Path};

/// The number of a line that does anything, and which way out of its conditions, from 0 on.
pub(super) type Place = (usize, usize);

/// Which places are reached.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reached {
    /// By file and place.
    pub(super) files: BTreeMap<String, BTreeMap<Place, bool>>,
}

/// Reads a report in lcov's format: lines, or ways out of conditions. Files are named from
/// `sources` on.
pub(super) fn reached(report: &str, sources: &Path, of_branches: bool) -> Reached {
    let mut all = Reached::default();
    let mut places = &mut BTreeMap::new();
    let read = if of_branches { branch } else { whole };
    for line in report.lines() {
        if let Some(file) = line.strip_prefix("SF:") {
            let file = Path::new(file);
            let name = file.strip_prefix(sources).unwrap_or(file).to_string_lossy();
            places = all.files.entry(name.into_owned()).or_default();
        } else if let Some((place, is_reached)) = read(line) {
            // What was compiled several times is reached if one of them was.
            *places.entry(place).or_default() |= is_reached;
        }
    }
    all
}

/// `DA:LINE,COUNT`.
fn whole(line: &str) -> Option<(Place, bool)> {
    let (number, count) = line.strip_prefix("DA:")?.split_once(',')?;
    Some(((number.parse().ok()?, 0), count != "0"))
}

/// `BRDA:LINE,BLOCK,WAY,COUNT`. The count is `-` where the condition was never asked.
fn branch(line: &str) -> Option<(Place, bool)> {
    let parts: Vec<&str> = line.strip_prefix("BRDA:")?.split(',').collect();
    let [number, _, way, count] = parts[..] else { return None };
    Some(((number.parse().ok()?, way.parse().ok()?), !matches!(count, "0" | "-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_reached_wherever_it_was_compiled() {
        let report = "SF:/src/row.rs\nDA:3,0\nDA:4,7\nend_of_record\nSF:/src/hub/mod.rs\nDA:9,0\n\
                      end_of_record\nSF:/src/row.rs\nDA:3,2\nDA:5,0\nend_of_record\n";
        let all = reached(report, Path::new("/src"), false);
        let row = BTreeMap::from([((3, 0), true), ((4, 0), true), ((5, 0), false)]);
        let hub = BTreeMap::from([((9, 0), false)]);
        assert_eq!(all.files, BTreeMap::from([("hub/mod.rs".into(), hub), ("row.rs".into(), row)]));
    }

    #[test]
    fn each_way_out_of_a_condition_counts() {
        let report = "SF:/src/row.rs\nDA:3,7\nBRDA:3,0,0,7\nBRDA:3,0,1,0\nBRDA:4,0,0,-\n";
        let all = reached(report, Path::new("/src"), true);
        let row = BTreeMap::from([((3, 0), true), ((3, 1), false), ((4, 0), false)]);
        assert_eq!(all.files, BTreeMap::from([("row.rs".into(), row)]));
    }
}
