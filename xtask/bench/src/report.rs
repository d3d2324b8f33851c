//! What was measured, as a table for people or as JSON for programs.

use serde_json::{Value, json};

use crate::reading::{Reading, Unit};

/// What is said of a scenario.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// Its name.
    pub name: &'static str,
    /// What is done, in a few words.
    pub what: &'static str,
    /// What the other side does for it.
    pub bare_does: &'static str,
    /// What it is counted in.
    pub unit: Unit,
}

/// What was measured of a scenario: medians.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// How many rows there are.
    pub rows: u64,
    /// How often it was measured.
    pub runs: usize,
    /// The scenario.
    pub scenario: Named,
    /// What the engine costs.
    pub ours: Reading,
    /// What the other side costs.
    pub bare: Reading,
}

impl Measured {
    /// How fast the engine is as a multiple of the other side.
    fn ratio(&self) -> f64 {
        self.bare.cost / self.ours.cost
    }

    /// A line of the table.
    pub fn line(&self) -> String {
        let unit = self.scenario.unit;
        let shown = |it: Reading| format!("{} {}", number(unit.of(it.cost)), unit.name());
        let memory = |it: Reading| match it.peak {
            #[expect(clippy::cast_precision_loss, reason = "it is shown rounded")]
            Some(bytes) => format!("{:.0} MB", bytes as f64 / 1e6),
            None => "-".into(),
        };
        cells([
            self.scenario.name,
            &shown(self.ours),
            &shown(self.bare),
            &format!("{:.2}", self.ratio()),
            &memory(self.ours),
            &memory(self.bare),
        ])
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let Named { name, what, bare_does, unit } = self.scenario;
        json!({
            "rows": self.rows,
            "scenario": name,
            "what": what,
            "bare_does": bare_does,
            "unit": unit.name(),
            "ours": unit.of(self.ours.cost),
            "bare": unit.of(self.bare.cost),
            "ratio": self.ratio(),
            "ours_peak_bytes": self.ours.peak,
            "bare_peak_bytes": self.bare.peak,
            "runs": self.runs,
        })
    }
}

/// What stands above the lines of one size.
pub fn head(rows: u64, bare: &str) -> String {
    let rows = format!("{} rows", grouped(&rows.to_string()));
    cells([&rows, "driftline", bare, "ratio", "memory", "bare's"])
}

fn cells([name, ours, bare, ratio, memory, bares]: [&str; 6]) -> String {
    format!("{name:<24}{ours:>18}{bare:>18}{ratio:>8}{memory:>10}{bares:>10}")
}

/// What stands below the table.
pub fn legend(scenarios: &[Named], bare: &str, runs: usize) -> String {
    let mut text = format!(
        "Medians of {runs} runs that took turns. The ratio is the speed of driftline divided by \
         that of\n{bare}: 1 is as fast; where megabytes or trips are counted, 1 is as many. Memory \
         is\nthe most that the process of one side took.\n\n"
    );
    for Named { name, what, bare_does, .. } in scenarios {
        text.push_str(&format!("{name:<24}{what}; bare: {bare_does}\n"));
    }
    text
}

/// As many digits as say something.
fn number(value: f64) -> String {
    match value {
        it if it >= 100.0 => grouped(&format!("{it:.0}")),
        it if it >= 10.0 => format!("{it:.1}"),
        it => format!("{it:.2}"),
    }
}

/// A whole number with a space before each three digits.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{reading::medians, scenarios::ALL};

    #[test]
    fn one_slow_run_does_not_count() {
        let scenario = ALL.iter().find(|it| it.name == "import-rows").unwrap();
        let reading = |cost| Reading { cost, peak: Some(5_000_000) };
        let ours = medians(&[0.0005, 0.9, 0.0004].map(reading));
        let bare = Reading { cost: 0.00025, peak: None };
        let measured = Measured { rows: 10_000, runs: 3, scenario: scenario.named(), ours, bare };
        let line = measured.line();
        let words: Vec<_> = line.split_whitespace().collect();
        let expected =
            ["import-rows", "2", "000", "rows/s", "4", "000", "rows/s", "0.50", "5", "MB", "-"];
        assert_eq!(words, expected);
        assert_eq!(measured.json()["ratio"], 0.5);
        assert_eq!(head(10_000, "bare SQLite").find("driftline").map(|it| it + 9), Some(42));
    }

    #[test]
    fn numbers_are_readable() {
        let shown = [1_234_567.8, 100.4, 12.34, 1.234].map(number);
        assert_eq!(shown, ["1 234 568", "100", "12.3", "1.23"]);
    }
}
