//! `cargo xtask bench --app`: what the app costs. The program itself is started on a
//! profile of its own, and asked for its pages as a browser asks for them.

mod browser;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use xtask_bench::{data, median};

use self::browser::{Browser, Weight};
use super::{
    profile::Profile,
    program::{self, Program},
};

/// How often each page is asked for.
const TIMES: usize = 15;
/// How long a page may take, in milliseconds.
const MILLIS: f64 = 50.0;
/// Up to how many messages that holds for every page.
const MANY: u64 = 100_000;
/// What a page may weigh with everything that it needs, as it is sent, in kilobytes.
const WEIGHT: f64 = 150.0;
/// What the program may use of one processor while nothing happens, in percent.
const IDLE: f64 = 0.5;
/// What it may hold in memory, in megabytes.
const MEMORY: f64 = 100.0;

/// One figure, with what it may be at most.
struct Figure {
    what: String,
    value: f64,
    unit: &'static str,
    budget: Option<f64>,
    weight: Option<Weight>,
}

/// Measures the app with `rows` messages.
pub(super) fn run(rows: u64, as_json: bool) -> Result<()> {
    let say = |text: &str| {
        if !as_json {
            eprintln!("{text}");
        }
    };
    say(&format!("writing {rows} messages"));
    let folder = tempfile::tempdir()?;
    let profile = Profile::at(folder.path())?;
    let mut figures = Vec::new();
    let mut figure = |what: &str, value: f64, unit, budget| {
        figures.push(Figure { what: what.into(), value, unit, budget, weight: None });
    };
    profile.fill(rows)?;
    say("indexing them");
    let built = xtask_bench::program::build()?;
    let indexed = xtask_bench::seconds(|| program::index(&built, profile.path()))?;
    #[expect(clippy::cast_precision_loss, reason = "it is shown rounded")]
    let per_second = rows as f64 / indexed;
    figure("index, rows in a second", per_second, "/s", None);
    figure("index, part of the rows' size", profile.index_share(), "%", None);

    say("asking the program for its pages");
    let program = Program::start(&built, profile.path())?;
    let mut browser = Browser::open(program.link())?;
    let shared = browser.weight("/sessions")?
        + browser.weight("/assets/app.js")?
        + browser.weight("/assets/app.css")?;
    for (what, path) in pages(rows) {
        let mut times = Vec::new();
        let mut weight = shared;
        for _ in 0..TIMES {
            let Some(answer) = browser.fragment(&path)? else { break };
            times.push(answer.seconds * 1e3);
            weight = shared + answer.weight;
        }
        if times.is_empty() {
            continue;
        }
        let value = median(times);
        // Searches keep to it however many rows there are; other pages count what is there.
        let budget = (rows <= MANY || what.starts_with("search")).then_some(MILLIS);
        figures.push(Figure { what: what.into(), value, unit: "ms", budget, weight: Some(weight) });
    }
    let mut figure = |what: &str, value: f64, unit, budget| {
        figures.push(Figure { what: what.into(), value, unit, budget, weight: None });
    };
    let _events = browser.listen()?;
    if let Some(idle) = program.idle()? {
        figure("processor while nothing happens", idle, "%", Some(IDLE));
    }
    if let Some((now, most)) = program.memory()? {
        figure("memory", now, "MB", Some(MEMORY));
        figure("memory at most", most, "MB", Some(MEMORY));
    }
    if as_json {
        println!("{}", Value::from_iter(figures.iter().map(Figure::object)));
    } else {
        print!("{}", table(&figures, rows));
    }
    let over = figures.iter().filter(|it| it.is_over()).count();
    ensure!(over == 0, "{over} figures are over what they may be");
    Ok(())
}

/// What is asked for. Pages that the program does not have are passed over.
fn pages(rows: u64) -> Vec<(&'static str, String)> {
    let middle = rows / 2;
    let session = data::session(middle / data::PER_SESSION).id;
    let message = data::message(middle).id;
    [
        ("sessions", "/sessions".into()),
        ("sessions, unread", "/sessions?q=is:unread".into()),
        ("sessions, by words", "/sessions?q=project-7+parser".into()),
        ("sessions, of a workspace", "/sessions?workspace=project-7".into()),
        ("sessions, by name, far down", "/sessions?sort=title&from=500".into()),
        ("search, a word in every row", "/search?q=parser".into()),
        ("search, while it is typed", "/search?q=pars".into()),
        ("search, two letters", "/search?q=pa".into()),
        ("search, a phrase", "/search?q=%22token+stream+ends%22".into()),
        ("search, best first", "/search?q=token+stream&sort=best".into()),
        ("search, of a workspace", "/search?q=parser+ws:project-7".into()),
        ("search, a name", "/search?q=title:77".into()),
        ("search, not there", "/search?q=parser+wombat".into()),
        ("search, long ago", "/search?q=parser+before:2025-11-14".into()),
        ("a session", format!("/s/{session}")),
        ("a session at a message", format!("/s/{session}?at={message}")),
        ("inbox", "/inbox".into()),
        ("workspaces", "/workspaces".into()),
        ("conflicts", "/conflicts".into()),
        ("why", format!("/why/{message}")),
        ("rows of an entity", "/e/messages".into()),
        ("a row", format!("/e/messages/{message}")),
        ("sync", "/sync".into()),
        ("settings", "/settings".into()),
        ("help", "/help".into()),
    ]
    .into()
}

#[expect(clippy::cast_precision_loss, reason = "it is shown rounded")]
fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1_000.0
}

impl Figure {
    fn is_over(&self) -> bool {
        self.budget.is_some_and(|it| self.value >= it)
            || self.weight.is_some_and(|it| kilobytes(it.sent) >= WEIGHT)
    }

    fn object(&self) -> Value {
        json!({
            "what": self.what, "value": self.value, "unit": self.unit, "budget": self.budget,
            "kilobytes": self.weight.map(|it| kilobytes(it.sent)),
            "raw_kilobytes": self.weight.map(|it| kilobytes(it.raw)), "over": self.is_over(),
        })
    }
}

/// A table of plain text.
fn table(figures: &[Figure], rows: u64) -> String {
    let titles = ["", "driftline", "at most", "sent", "raw"];
    let [name, value, budget, sent, raw] = titles;
    let mut text = format!("{name:<34}{value:>14}{budget:>12}{sent:>10}{raw:>10}\n");
    for it in figures {
        let value = match it.value {
            value if value >= 100.0 => format!("{value:.0} {}", it.unit),
            value => format!("{value:.2} {}", it.unit),
        };
        let budget = it.budget.map(|budget| format!("{budget} {}", it.unit)).unwrap_or_default();
        let [sent, raw] = [|it: Weight| it.sent, |it: Weight| it.raw].map(|part| {
            it.weight.map(|it| format!("{:.0} KB", kilobytes(part(it)))).unwrap_or_default()
        });
        let over = if it.is_over() { "  over" } else { "" };
        let name = &it.what;
        text.push_str(&format!("{name:<34}{value:>14}{budget:>12}{sent:>10}{raw:>10}{over}\n"));
    }
    text.push_str(&format!(
        "\n{rows} messages, medians of {TIMES}. Weights: with script and style sheet; as sent, \
         that is\npacked, at most {WEIGHT} KB.\n"
    ));
    text
}

/// A line of what the program prints, or why there is none.
pub(super) fn value_of(object: &Value, name: &str) -> Result<String> {
    let value = object.get(name).and_then(Value::as_str);
    value.map(str::to_owned).with_context(|| format!("the program does not tell its {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_marked() {
        let weight = |kilobytes: usize| Weight { sent: kilobytes * 1_000, raw: 400_000 };
        let figure = |value, sent| Figure {
            what: "page".into(),
            value,
            unit: "ms",
            budget: Some(MILLIS),
            weight: Some(weight(sent)),
        };
        let figures = [figure(4.0, 20), figure(51.0, 20), figure(4.0, 151)];
        assert_eq!(figures.iter().map(Figure::is_over).collect::<Vec<_>>(), [false, true, true]);
        let table = table(&figures, 10);
        assert_eq!(table.lines().filter(|it| it.ends_with("over")).count(), 2, "{table}");
        assert!(table.contains("20 KB") && table.contains("400 KB"), "{table}");
        assert_eq!(figures[1].object()["over"], true);
        assert_eq!(figures[2].object()["raw_kilobytes"], 400.0);
    }
}
