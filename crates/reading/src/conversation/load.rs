//! Loading what a window says: only the messages in it are read.

use std::collections::{BTreeSet, HashMap};

use driftline_core::{EntityDescriptor, Id, Timestamp, Value, store::ReadTx, view};

use super::{
    MESSAGES,
    block::{Block, blocks},
    content::{Agent, Answer, Call, Content, Piece, Run, RunStep, Shown, Tally},
    fold::{Item, ItemKind, Part, Step},
    gist::{self, Voice},
    hint::hint,
    image,
    said::{Said, command, said},
    skeleton::Conversation,
};

/// What the messages of a window hold, by their index.
struct Bodies(HashMap<usize, Body>);

struct Body {
    content: Option<Value>,
    text: Option<String>,
    model: Option<String>,
    role: String,
}

impl Conversation {
    /// What some items of a strand say.
    pub(super) fn load(
        &self,
        tx: &dyn ReadTx,
        strand: usize,
        items: std::ops::Range<usize>,
    ) -> driftline_core::Result<Vec<Shown>> {
        let all = self.strands.get(strand).map_or(&[][..], |it| &it.items);
        let start = items.start.min(all.len());
        let range = &all[start..items.end.clamp(start, all.len())];
        let bodies = self.bodies(tx, range)?;
        let show = |(place, it): (usize, &Item)| self.show(start + place, it, &bodies);
        Ok(range.iter().enumerate().map(show).collect())
    }

    fn bodies(&self, tx: &dyn ReadTx, items: &[Item]) -> driftline_core::Result<Bodies> {
        let entity = tx.schema().entity(MESSAGES)?;
        let wanted: BTreeSet<usize> = items.iter().flat_map(needs).collect();
        let mut bodies = HashMap::with_capacity(wanted.len());
        for message in wanted {
            if let Some(body) = read(tx, entity, self.gists[message].id)? {
                bodies.insert(message, body);
            }
        }
        Ok(Bodies(bodies))
    }

    fn show(&self, place: usize, item: &Item, bodies: &Bodies) -> Shown {
        let first = item.messages.first().copied();
        let pieces = |message: usize| {
            let all = bodies.blocks(message);
            all.enumerate().flat_map(|(at, it)| self.pieces(message, at, it, bodies)).collect()
        };
        let content = match &item.kind {
            ItemKind::Prompt => Content::Prompt(first.map(pieces).unwrap_or_default()),
            ItemKind::Command => self.command(first, bodies),
            ItemKind::Reply => Content::Reply {
                // `<synthetic>`: the program says it in the agent's place.
                model: first
                    .and_then(|it| bodies.0.get(&it)?.model.clone())
                    .filter(|it| !it.starts_with('<')),
                pieces: first.map(pieces).unwrap_or_default(),
            },
            ItemKind::Run(steps) => Content::Run(self.run(steps, bodies)),
            ItemKind::Compaction => self.compaction(item, bodies),
            ItemKind::Agent(strand) => Content::Agent(self.agent_line(*strand)),
        };
        let at = item.messages.iter().find_map(|it| self.gists[*it].at).map(Timestamp);
        let messages = item.messages.iter().map(|it| self.gists[*it].id).collect();
        Shown { item: place, messages, at, content }
    }

    /// What a block says that is neither a call nor an answer.
    fn pieces(&self, message: usize, at: usize, block: Block<'_>, bodies: &Bodies) -> Vec<Piece> {
        let by_person = !matches!(self.gists[message].voice, Voice::Reply | Voice::Work);
        match block {
            Block::Text(text) if by_person => said(text)
                .into_iter()
                .map(|it| match it {
                    Said::Person(text) => Piece::Text(text.to_owned()),
                    Said::Program { tag, text } => {
                        Piece::Program { tag: tag.to_owned(), text: text.to_owned() }
                    }
                })
                .collect(),
            Block::Text(text) if text.trim().is_empty() => Vec::new(),
            Block::Text(text) => vec![Piece::Text(text.to_owned())],
            Block::Thinking(text) => vec![Piece::Thinking(text.to_owned())],
            Block::Sealed => vec![Piece::Thinking(String::new())],
            Block::Image(value) => {
                let before = bodies.blocks(message).take(at);
                let index = before.map(|it| image::count(&it)).sum();
                vec![Piece::Image(image::describe(self.gists[message].id, index, value))]
            }
            // A reply's calls are in the run behind it.
            Block::Call { .. } if !by_person => Vec::new(),
            Block::Call { name, input, .. } => vec![other(name, input)],
            Block::Result { content, .. } => vec![other("tool_result", content)],
            Block::Other { kind, value } => vec![other(kind, value)],
        }
    }

    fn command(&self, message: Option<usize>, bodies: &Bodies) -> Content {
        let mut typed = String::new();
        let mut pieces = Vec::new();
        let Some(message) = message else { return Content::Command { typed, pieces } };
        for (at, block) in bodies.blocks(message).enumerate() {
            match block {
                Block::Text(text) if typed.is_empty() => {
                    typed = command(text).unwrap_or_default();
                    let behind = said(text).into_iter().filter_map(|it| match it {
                        Said::Program { tag, text } if !tag.starts_with("command-") => {
                            Some(Piece::Program { tag: tag.into(), text: text.into() })
                        }
                        _ => None,
                    });
                    pieces.extend(behind);
                }
                block => pieces.extend(self.pieces(message, at, block, bodies)),
            }
        }
        Content::Command { typed, pieces }
    }

    fn compaction(&self, item: &Item, bodies: &Bodies) -> Content {
        let mut tokens = None;
        let mut summary = Vec::new();
        for message in &item.messages {
            for (at, block) in bodies.blocks(*message).enumerate() {
                match block {
                    Block::Other { value, .. } if self.gists[*message].voice == Voice::Boundary => {
                        tokens =
                            value.pointer("/compactMetadata/preTokens").and_then(Value::as_u64);
                    }
                    block => summary.extend(self.pieces(*message, at, block, bodies)),
                }
            }
        }
        Content::Compaction { tokens, summary }
    }

    fn run(&self, steps: &[Step], bodies: &Bodies) -> Run {
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
        bodies: &Bodies,
    ) -> Call {
        let block = bodies.blocks(call.message).nth(call.piece);
        let (name, input) = match block {
            Some(Block::Call { name, input, .. }) => (name.to_owned(), input.clone()),
            _ => (String::new(), Value::Null),
        };
        let at = |it: Part| self.gists[it.message].at;
        let took = result.and_then(|it| u64::try_from(at(it)?.checked_sub(at(call)?)?).ok());
        Call {
            message: self.gists[call.message].id,
            hint: hint(&input),
            name,
            input,
            answer: result.and_then(|it| self.answer(it, bodies)),
            took,
            agent: strand.map(|it| self.agent_line(it)),
        }
    }

    fn answer(&self, part: Part, bodies: &Bodies) -> Option<Answer> {
        let message = self.gists[part.message].id;
        let Block::Result { failed, content, .. } = bodies.blocks(part.message).nth(part.piece)?
        else {
            return None;
        };
        let earlier = || bodies.blocks(part.message).take(part.piece);
        let index = earlier().filter(|it| matches!(it, Block::Result { .. })).count();
        let mut images = earlier().map(|it| image::count(&it)).sum();
        let mut pieces = Vec::new();
        for block in blocks(Some(content)) {
            pieces.push(match block {
                Block::Text(text) => Piece::Text(text.to_owned()),
                Block::Thinking(text) => Piece::Thinking(text.to_owned()),
                Block::Image(value) => {
                    let image = image::describe(message, images, value);
                    images += 1;
                    Piece::Image(image)
                }
                Block::Other { kind, value } => other(kind, value),
                Block::Sealed => Piece::Thinking(String::new()),
                Block::Call { name, input, .. } => other(name, input),
                Block::Result { content, .. } => other("tool_result", content),
            });
        }
        Some(Answer { message, index, failed, pieces })
    }

    /// A block of a run that is no call.
    fn aside(&self, part: Part, block: Option<Block<'_>>, bodies: &Bodies) -> RunStep {
        let message = self.gists[part.message].id;
        if let Some(Block::Result { .. }) = block {
            // What it answers is not here any more.
            let pieces = self.answer(part, bodies).map(|it| it.pieces).unwrap_or_default();
            return RunStep::Aside { message, label: "result without its call".into(), pieces };
        }
        let label = match &block {
            Some(Block::Thinking(_) | Block::Sealed) => "thinking",
            Some(Block::Image(_)) => "image",
            Some(Block::Other { kind, .. }) => kind,
            _ => "text",
        };
        let label = label.to_owned();
        let pieces = block.map(|it| self.pieces(part.message, part.piece, it, bodies));
        RunStep::Aside { message, label, pieces: pieces.unwrap_or_default() }
    }

    /// A whole message that is no turn of the conversation.
    fn note(&self, message: usize, bodies: &Bodies) -> RunStep {
        let id = self.gists[message].id;
        let Some(body) = bodies.0.get(&message) else {
            return RunStep::Aside { message: id, label: "gone".into(), pieces: Vec::new() };
        };
        let text = body.text.iter().filter(|it| !it.trim().is_empty()).cloned();
        let mut label = match body.role.as_str() {
            "" => "no role".to_owned(),
            "meta" => "note".to_owned(),
            role => role.to_owned(),
        };
        let mut pieces: Vec<Piece> = Vec::new();
        for (at, block) in bodies.blocks(message).enumerate() {
            if let Block::Other { kind, value } = block {
                let name = value.get("subtype").and_then(Value::as_str).unwrap_or(kind);
                label = name.replace('_', " ");
                pieces.extend(text.clone().map(Piece::Text));
            }
            pieces.extend(self.pieces(message, at, block, bodies));
        }
        // What the program says in the person's name is called what it is marked as.
        if let (Some(Piece::Program { tag, .. }), "user") = (pieces.first(), label.as_str()) {
            label = tag.replace(['-', '_'], " ");
        }
        RunStep::Aside { message: id, label, pieces }
    }

    pub(super) fn agent_line(&self, strand: usize) -> Agent {
        Agent {
            strand,
            name: self.agent(strand).unwrap_or_default().to_owned(),
            first: self.first(strand),
            messages: self.messages(strand),
        }
    }
}

impl Bodies {
    fn blocks(&self, message: usize) -> impl Iterator<Item = Block<'_>> {
        let body = self.0.get(&message);
        let mut of_content = blocks(body.and_then(|it| it.content.as_ref())).peekable();
        let plain = body.and_then(|it| it.text.as_deref()).filter(|_| of_content.peek().is_none());
        of_content.chain(plain.map(Block::Text))
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

/// The messages whose content an item shows.
fn needs(item: &Item) -> Vec<usize> {
    let mut needed = item.messages.clone();
    if let ItemKind::Run(steps) = &item.kind {
        for step in steps {
            match step {
                Step::Call { call, result, .. } => {
                    needed
                        .extend([Some(*call), *result].into_iter().flatten().map(|it| it.message));
                }
                Step::Part(part) => needed.push(part.message),
                Step::Message(message) => needed.push(*message),
            }
        }
    }
    needed
}

fn read(
    tx: &dyn ReadTx,
    entity: &EntityDescriptor,
    id: Id,
) -> driftline_core::Result<Option<Body>> {
    let Some(view) = view::view(tx, entity, id)? else { return Ok(None) };
    let text = |field: &str| view.value(field).and_then(Value::as_str).map(str::to_owned);
    Ok(Some(Body {
        content: view.value("blocks").cloned(),
        text: text("text"),
        model: text("model"),
        role: text("role").unwrap_or_default(),
    }))
}

fn other(kind: &str, value: &Value) -> Piece {
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    Piece::Other { kind: kind.to_owned(), json }
}
