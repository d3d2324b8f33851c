//! Work on a page: calls with their results, and what comes up between them.

use driftline_core::Value;

use driftline_entities::messages::block::{Block, outputs};

use super::{
    content::{Agent, Answer, Call, Piece, Run, RunStep, Tally},
    fold::{Part, Step},
    gist, image,
    load::{Bodies, other},
    skeleton::Conversation,
};

impl Conversation {
    /// What a run comes to.
    pub(super) fn run(&self, steps: &[Step], bodies: &Bodies<'_>) -> Run {
        let mut run = Run::default();
        let mut times: Option<(i64, i64)> = None;
        for step in steps {
            match step {
                Step::Call { call, result, strand } => {
                    let shown = self.call(*call, *result, *strand, bodies);
                    let ends = [Some(*call), *result].into_iter().flatten();
                    for at in ends.filter_map(|it| self.gists[it.message].at) {
                        let (first, last) = times.unwrap_or((at, at));
                        times = Some((first.min(at), last.max(at)));
                    }
                    run.tally.call(&shown);
                    run.steps.push(RunStep::Call(Box::new(shown)));
                }
                Step::Part(part) => {
                    let block = bodies.blocks(part.message).nth(part.piece);
                    let aside = self.aside(*part, block, bodies);
                    run.tally.aside(&aside);
                    run.steps.push(aside);
                }
                Step::Message(message) => {
                    let aside = self.note(*message, bodies);
                    run.tally.aside(&aside);
                    run.steps.push(aside);
                }
            }
        }
        run.tally.took = times.and_then(|(first, last)| u64::try_from(last - first).ok());
        run.tally.tools.sort_by(|(one, times), (other, more)| more.cmp(times).then(one.cmp(other)));
        run
    }

    fn call(
        &self,
        call: Part,
        result: Option<Part>,
        strand: Option<usize>,
        bodies: &Bodies<'_>,
    ) -> Call {
        let block = bodies.blocks(call.message).nth(call.piece);
        let (name, hint, input) = match block {
            Some(Block::Call(it)) => (it.name.to_owned(), it.hint.to_owned(), it.input.clone()),
            _ => (String::new(), String::new(), Value::Null),
        };
        let at = |it: Part| self.gists[it.message].at;
        let told = result.and_then(|it| match bodies.blocks(it.message).nth(it.piece)? {
            Block::Result(answer) => answer.took,
            _ => None,
        });
        let took = told.or_else(|| u64::try_from(at(result?)?.checked_sub(at(call)?)?).ok());
        Call {
            message: self.gists[call.message].id,
            name,
            hint,
            input,
            answer: result.and_then(|it| self.answer(it, bodies)),
            took,
            agent: strand.map(|it| self.agent_line(it)),
        }
    }

    fn answer(&self, part: Part, bodies: &Bodies<'_>) -> Option<Answer> {
        let message = self.gists[part.message].id;
        let Block::Result(answer) = bodies.blocks(part.message).nth(part.piece)? else {
            return None;
        };
        let (mut images, index) = bodies.before(part.message, part.piece);
        let mut pieces = Vec::new();
        for block in outputs(answer.output) {
            pieces.push(match block {
                Block::Text(text) => Piece::Text(text.to_owned()),
                Block::Thinking(text) => Piece::Thinking(text.unwrap_or_default().to_owned()),
                Block::Image(value) => {
                    let image = image::describe(message, images, value);
                    images += 1;
                    Piece::Image(image)
                }
                Block::Notice { kind, details: value } | Block::Other { kind, value } => {
                    other(kind, value)
                }
                Block::Call(call) => other(call.name, call.input),
                Block::Result(answer) => other("result", answer.output),
            });
        }
        Some(Answer { message, index, failed: answer.failed, pieces })
    }

    /// A block of a run that is no call.
    fn aside(&self, part: Part, block: Option<Block<'_>>, bodies: &Bodies<'_>) -> RunStep {
        let message = self.gists[part.message].id;
        if let Some(Block::Result(_)) = block {
            // What it answers is not here any more.
            let pieces = self.answer(part, bodies).map(|it| it.pieces).unwrap_or_default();
            return RunStep::Aside { message, label: "result without its call".into(), pieces };
        }
        let label = match &block {
            Some(Block::Thinking(_)) => "thinking",
            Some(Block::Image(_)) => "image",
            Some(Block::Notice { kind, .. } | Block::Other { kind, .. }) => kind,
            _ => "text",
        };
        let label = label.to_owned();
        let pieces = block.map(|it| self.pieces(part.message, part.piece, it, bodies));
        RunStep::Aside { message, label, pieces: pieces.unwrap_or_default() }
    }

    /// A whole message that is no turn of the conversation.
    fn note(&self, message: usize, bodies: &Bodies<'_>) -> RunStep {
        let id = self.gists[message].id;
        let Some(body) = bodies.of_message(message) else {
            return RunStep::Aside { message: id, label: "gone".into(), pieces: Vec::new() };
        };
        let mut label = match body.role.as_str() {
            "" => "no role".to_owned(),
            "meta" => "note".to_owned(),
            role => role.to_owned(),
        };
        let mut pieces: Vec<Piece> = Vec::new();
        for (at, block) in bodies.blocks(message).enumerate() {
            if let Block::Notice { kind, .. } | Block::Other { kind, .. } = block {
                label = kind.replace('_', " ");
            }
            pieces.extend(self.pieces(message, at, block, bodies));
        }
        // What the program says in the person's name is called what it is marked as.
        if let (Some(Piece::Program { tag, .. }), "user") = (pieces.first(), label.as_str()) {
            label = tag.replace(['-', '_'], " ");
        }
        RunStep::Aside { message: id, label, pieces }
    }

    /// A conversation inside this one.
    pub(super) fn agent_line(&self, strand: usize) -> Agent {
        Agent {
            strand,
            name: self.agent(strand).unwrap_or_default().to_owned(),
            first: self.first(strand),
            messages: self.messages(strand),
        }
    }
}

impl Tally {
    fn call(&mut self, call: &Call) {
        match self.tools.iter_mut().find(|(name, _)| *name == call.name) {
            Some((_, count)) => *count += 1,
            None => self.tools.push((call.name.clone(), 1)),
        }
        self.failed += usize::from(call.answer.as_ref().is_some_and(|it| it.failed));
    }

    fn aside(&mut self, step: &RunStep) {
        let RunStep::Aside { pieces, .. } = step else { return };
        let mut other = pieces.is_empty();
        for piece in pieces {
            match piece {
                Piece::Thinking(text) => {
                    self.thought = true;
                    self.words += u64::from(gist::words(text));
                }
                _ => other = true,
            }
        }
        self.asides += usize::from(other);
    }
}
