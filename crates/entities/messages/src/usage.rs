//! What an answer of a model took, in one shape for every agent.

use driftline_core::Value;

/// Tokens of one answer. What an agent does not tell is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Read, without those that the model's maker had at hand.
    pub input: u64,
    /// Read, and at hand.
    pub cached: u64,
    /// Written, thoughts among them.
    pub output: u64,
    /// Thoughts.
    pub reasoning: u64,
    /// What it cost in US dollars, where the agent says so.
    pub cost: Option<f64>,
}

impl Usage {
    /// Reads the field `usage` of a message.
    pub fn of(value: &Value) -> Self {
        let tokens = |field: &str| value.get(field).and_then(Value::as_u64).unwrap_or_default();
        Self {
            input: tokens("input"),
            cached: tokens("cached"),
            output: tokens("output"),
            reasoning: tokens("reasoning"),
            cost: value.get("cost").and_then(Value::as_f64),
        }
    }

    /// What the field `usage` of a message holds; none if nothing is told.
    pub fn stored(self) -> Option<Value> {
        let tokens = [
            ("input", self.input),
            ("cached", self.cached),
            ("output", self.output),
            ("reasoning", self.reasoning),
        ];
        let tokens = tokens.into_iter().filter(|it| it.1 > 0).map(|(it, n)| (it, n.into()));
        let cost =
            self.cost.filter(|it| *it > 0.0).map(|it| ("cost", driftline_core::value::real(it)));
        let all: serde_json::Map<_, _> =
            tokens.chain(cost).map(|(name, it)| (name.to_owned(), it)).collect();
        (!all.is_empty()).then(|| all.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_told_is_read_back() {
        let usage = Usage { input: 3, output: 5, cost: Some(0.25), ..Usage::default() };
        let stored = usage.stored().unwrap();
        assert_eq!(stored, json!({"input": 3, "output": 5, "cost": 0.25}));
        assert_eq!(Usage::of(&stored), usage);
        assert_eq!(Usage::default().stored(), None);
        assert_eq!(Usage::of(&json!({"input": "many"})), Usage::default());
    }
}
