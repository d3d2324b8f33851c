//! The command that goes on with a session that its agent has: the one place that knows it.
//! Agents without a way back have one, too.

/// How an agent's program is told to go on with a session. Register it with
/// `inventory::submit!`, unless it is that of a [`Writer`](super::Writer).
#[derive(Clone, Copy, Debug)]
pub struct Again {
    /// The agent's name in ids and rows, as its reader has it.
    pub tool: &'static str,
    /// What its program is called.
    pub program: &'static str,
    /// The program's arguments; the agent's name of the session follows them.
    pub words: &'static [&'static str],
}

inventory::collect!(Again);

impl Again {
    /// The arguments that go on with `session`.
    pub fn arguments(&self, session: &str) -> Vec<String> {
        self.words.iter().copied().chain([session]).map(str::to_owned).collect()
    }
}

/// How the agent `tool` goes on with a session. None: it is not known.
pub fn again(tool: &str) -> Option<&'static Again> {
    let of_writers = inventory::iter::<super::Writer>.into_iter().map(|it| &it.again);
    of_writers.chain(inventory::iter::<Again>).find(|it| it.tool == tool)
}
