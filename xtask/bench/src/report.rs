//! Medians, as a table for people or as JSON for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Options, Sample};

/// The median of each thing over all rounds, which measured the same things in order.
pub(super) fn medians(rounds: &[Vec<Sample>]) -> Vec<Sample> {
    let Some(first) = rounds.first() else { return Vec::new() };
    let over = |place: usize, side: fn(&Sample) -> f64| {
        median(rounds.iter().filter_map(|it| it.get(place)).map(side).collect())
    };
    let each = first.iter().enumerate().map(|(place, it)| Sample {
        ours: over(place, |it| it.ours),
        base: over(place, |it| it.base),
        ..*it
    });
    each.collect()
}

/// The middle one.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Sample {
    /// How many times as long it takes as what it is compared with.
    fn cost(&self) -> f64 {
        self.ours / self.base
    }

    fn shown(&self, seconds: f64) -> String {
        match self.unit {
            Some(unit) => format!("{:.0} {unit}/s", 1.0 / seconds),
            None => format!("{:.2} ms", seconds * 1e3),
        }
    }
}

/// A table of plain text.
pub(super) fn table(samples: &[Sample], options: &Options) -> String {
    let mut text = String::new();
    let mut line = |[what, ours, base, against, cost, calls]: [&str; 6]| {
        let row = format!("{what:<30}{ours:>16}{base:>16}  {against:<20}{cost:>8}{calls:>7}");
        let _infallible = writeln!(text, "{}", row.trim_end());
    };
    line(["", "driftline", "compared with", "", "cost", "calls"]);
    for it in samples {
        let (ours, base) = (it.shown(it.ours), it.shown(it.base));
        let calls = it.calls.map(|it| it.to_string()).unwrap_or_default();
        line([it.what, &ours, &base, it.against, &format!("{:.2}x", it.cost()), &calls]);
    }
    let (rows, runs) = (options.rows, options.runs);
    text.push_str(&format!(
        "\n{rows} messages, medians of {runs} runs. Cost: how many times as long it takes as what \
         it is\ncompared with: the same rows in plain tables with the same columns, indexes and \
         settings.\n"
    ));
    text
}

/// The same for programs.
pub(super) fn json(samples: &[Sample]) -> Value {
    let each = samples.iter().map(|it| {
        json!({
            "what": it.what,
            "compared_with": it.against,
            "seconds": it.ours,
            "compared_seconds": it.base,
            "cost": it.cost(),
            "calls": it.calls,
        })
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(ours: f64) -> Vec<Sample> {
        vec![Sample {
            what: "import",
            against: "insert",
            unit: Some("rows"),
            ours,
            base: 0.25,
            calls: Some(7),
        }]
    }

    #[test]
    fn one_slow_run_does_not_count() {
        let medians = medians(&[round(0.5), round(9.0), round(0.4)]);
        let options = Options { rows: 1_000, runs: 3, json: false };
        let table = table(&medians, &options);
        let words: Vec<_> = table.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(words, ["import", "2", "rows/s", "4", "rows/s", "insert", "2.00x", "7"]);
        assert_eq!(json(&medians)[0]["cost"], 2.0);
    }
}
