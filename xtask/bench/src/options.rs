//! What to measure.

use anyhow::{Context, Result, ensure};

use crate::{
    scenario::Scenario,
    scenarios::{ALL, START},
};

/// How many rows, if nobody says.
const SIZES: [u64; 2] = [10_000, 100_000];
/// Below that there is nothing to measure.
const FEWEST: u64 = 1_000;

/// What to measure.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// How many messages, of about a kilobyte each: one number or several. Default:
    /// 10000,100000
    #[arg(long, value_delimiter = ',', value_name = "N,...")]
    pub rows: Vec<u64>,
    /// How often to measure everything; medians are shown
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub runs: usize,
    /// Play this scenario and no other
    #[arg(long, value_name = "NAME")]
    pub only: Option<String>,
    /// Build the program, too, and measure how soon it prints something. It takes minutes to
    /// build
    #[arg(long)]
    pub program: bool,
    /// Write JSON, one object in a line
    #[arg(long)]
    pub json: bool,
}

impl Options {
    /// The arguments that say the same.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> =
            self.rows.iter().map(|it| format!("--rows={it}")).collect();
        arguments.push(format!("--runs={}", self.runs));
        arguments.extend(self.only.iter().map(|it| format!("--only={it}")));
        arguments.extend(self.program.then(|| "--program".into()));
        arguments.extend(self.json.then(|| "--json".into()));
        arguments
    }

    /// The one number of rows, for what is measured with no more than one.
    ///
    /// # Errors
    /// When there are several.
    pub fn one_size(&self, default: u64) -> Result<u64> {
        ensure!(
            self.rows.len() < 2,
            "this is measured with one number of rows: `--rows {default}`"
        );
        Ok(self.rows.first().copied().unwrap_or(default))
    }

    pub(crate) fn sizes(&self) -> Result<Vec<u64>> {
        let sizes = if self.rows.is_empty() { SIZES.to_vec() } else { self.rows.clone() };
        let fewest = sizes.iter().min().copied().unwrap_or_default();
        ensure!(fewest >= FEWEST, "a bench needs at least {FEWEST} rows: `--rows {FEWEST}`");
        Ok(sizes)
    }

    /// What to play, in order. Those that start the program are played if it is built.
    pub(crate) fn scenarios(&self) -> Result<Vec<&'static Scenario>> {
        let known = ALL.iter().chain(if self.program { START } else { &[] });
        let Some(name) = &self.only else { return Ok(known.collect()) };
        let names: Vec<_> = ALL.iter().chain(START).map(|it| it.name).collect();
        let found = known.into_iter().find(|it| it.name == name);
        let found = found.with_context(|| match names.contains(&name.as_str()) {
            true => format!("{name} starts the program: say `--program` as well"),
            false => format!("no scenario is called {name}. There are {}", names.join(", ")),
        });
        Ok(vec![found?])
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;

    fn parse(arguments: &[String]) -> Options {
        let command = Options::augment_args(clap::Command::new("bench").no_binary_name(true));
        Options::from_arg_matches(&command.get_matches_from(arguments)).unwrap()
    }

    #[test]
    fn arguments_are_handed_on_as_they_were() {
        let typed = ["--rows=1000,2000", "--runs=5", "--only=get", "--json"].map(str::to_owned);
        let options = parse(&typed);
        assert_eq!(options.sizes().unwrap(), [1_000, 2_000]);
        assert_eq!(parse(&options.arguments()).arguments(), options.arguments());
        assert!(options.one_size(7).is_err());
        assert_eq!(parse(&[]).sizes().unwrap(), SIZES);
    }

    #[test]
    fn a_scenario_that_is_not_there_is_an_error_that_names_those_that_are() {
        let error = |name: &str| {
            let options = Options { only: Some(name.into()), ..parse(&[]) };
            options.scenarios().err().map(|it| it.to_string())
        };
        assert_eq!(error("get"), None);
        assert!(error("got").unwrap().contains("get, "));
        assert!(error("start-list").unwrap().contains("--program"));
    }
}
