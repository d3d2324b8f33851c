//! Back into an agent: it goes on with a session, in another folder, on another machine, or
//! another agent does. First comes a plan, which says what differs and what is lost; only a
//! plan that somebody agreed to is carried out.

mod find;
mod git;
mod refused;
mod write;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use driftline_conversation::Whole;
use driftline_core::{Error as RowError, Id};
use driftline_transcripts::back::{Import, Lost, NewFile, Source, Target, Writer};

pub use self::refused::Refused;
use self::{
    find::{folder, program, store, writer},
    git::{Checkout, checkout},
    write::{Standing, Store},
};
use crate::{
    Ask, Client, Device, Error, Question,
    error::{Context as _, Result},
};

/// The entity of sessions, for an error.
const SESSIONS: &str = "sessions";

/// The most of what an agent's program says that is repeated, in characters.
const SAID: usize = 400;

/// What somebody wants.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The session to go on with.
    pub session: Id,
    /// The folder to go on in. None: where it was, as far as that is on this device.
    pub folder: Option<&'a Path>,
    /// The agent that goes on, by what people or reports call it, or by how that begins. None:
    /// the one whose session it is.
    pub agent: Option<&'a str>,
}

/// How the folder to go on in differs from what the session knew.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The agent's program is not on the PATH.
    NoProgram(&'static str),
    /// Another folder.
    Folder(String),
    /// Another repository, or none: where that of the session is fetched from, and where this
    /// one is.
    Remote(String, Option<String>),
    /// Another branch, or none: that of the session, and this one.
    Branch(String, Option<String>),
}

/// A plan, as it stands on this device.
#[derive(Debug)]
pub struct Resumption {
    /// What people call the agent.
    pub agent: &'static str,
    /// Its program.
    pub program: &'static str,
    /// Where that is, if it is on the PATH.
    pub found: Option<PathBuf>,
    /// The arguments with which it goes on.
    pub arguments: Vec<String>,
    /// What it will call the session.
    pub session: String,
    /// The folder in which it goes on.
    pub folder: String,
    /// Whether it gets its own records, to the letter.
    pub is_kept: bool,
    /// What differs there.
    pub differs: Vec<Difference>,
    /// What is lost, or carried in another form.
    pub lost: Vec<Lost>,
    writer: &'static Writer,
    source: Source,
    store: Store,
    branch: Option<String>,
    files: Vec<NewFile>,
    import: Option<Import>,
}

/// The program and its arguments that go on with a session of the agent `tool` where the agent
/// has it; the agent's name of the session follows them. None: they are not known.
pub fn again(tool: &str) -> Option<Vec<&'static str>> {
    let it = driftline_transcripts::back::again(tool)?;
    Some([it.program].into_iter().chain(it.words.iter().copied()).collect())
}

/// Plans what is wanted. Nothing is written.
///
/// # Errors
/// [`Refused`], with what is in the way; or when the rows cannot be read.
pub fn plan(client: &Client, device: &Device, wanted: Wanted<'_>) -> Result<Resumption> {
    let whole = device.reading().conversations().whole(wanted.session);
    let whole = whole.map_err(|it| match it {
        driftline_conversation::Error::Rows(it) => Error::Core(it),
        other => Error::System { what: other.to_string(), source: None },
    })?;
    let gone = || RowError::NotFound { entity: SESSIONS.into(), id: wanted.session };
    let whole = whole.ok_or_else(gone)?;
    let writer = writer(wanted.agent, whole.source.as_deref())?;
    let folder = folder(wanted.folder, &whole)?;
    let here = checkout(Path::new(&folder));
    let found = program(writer.again.program);
    let differs = differs(&whole, writer, found.is_some(), &folder, here.as_ref());
    let source = Source {
        id: whole.id,
        tool: whole.source,
        external_id: whole.external_id,
        name: whole.name,
        messages: whole.messages,
    };
    if source.messages.is_empty() {
        return Err(Refused::Empty.into());
    }
    let (store, branch) = (store(writer)?, here.and_then(|it| it.branch));
    let now = client.env.wall();
    let target = Target { store: &store.path(), folder: &folder, branch: branch.as_deref(), now };
    let plan = (writer.plan)(&source, &target).map_err(Refused::from)?;
    let command = [writer.again.program].into_iter().chain(plan.resume.iter().map(String::as_str));
    let command = command.collect::<Vec<_>>().join(" ");
    let mut files = Vec::new();
    for file in plan.files {
        match store.standing(&file, writer.name)? {
            Standing::New => files.push(file),
            Standing::There => (),
            Standing::Differs => {
                return Err(Refused::Differs { path: store.of(&file), command }.into());
            }
        }
    }
    Ok(Resumption {
        agent: writer.name,
        program: writer.again.program,
        found,
        arguments: plan.resume,
        session: plan.session,
        folder,
        is_kept: plan.is_kept,
        differs,
        lost: if files.is_empty() && plan.import.is_none() { Vec::new() } else { plan.lost },
        writer,
        source,
        store,
        branch,
        files,
        import: plan.import,
    })
}

impl Resumption {
    /// Whether the agent has the session already.
    pub fn is_there(&self) -> bool {
        self.files.is_empty() && self.import.is_none()
    }

    /// The files that will be written.
    pub fn files(&self) -> Vec<PathBuf> {
        self.files.iter().map(|it| self.store.of(it)).collect()
    }

    /// Gives the session to the agent, if that is `agreed` or whoever is asked agrees.
    ///
    /// # Errors
    /// [`Refused`], with what came in the way; or when something cannot be written. What was
    /// there before is as it was.
    pub fn carry_out(&self, client: &Client, agreed: bool, ask: &dyn Ask) -> Result<()> {
        if self.is_there() {
            return Ok(());
        }
        if !agreed && !ask.agrees(Question::Resume(self))? {
            return Err(Refused::NotAgreed.into());
        }
        for file in &self.files {
            // What was looked at may have changed while somebody thought.
            let standing = match self.store.standing(file, self.agent)? {
                Standing::New => self.store.write(file)?,
                other => other,
            };
            if standing == Standing::Differs {
                let path = self.store.of(file);
                return Err(Refused::Differs { path, command: self.command() }.into());
            }
        }
        self.import.as_ref().map_or(Ok(()), |it| self.hand_over(client, it))
    }

    /// The command that goes on with the session, without the folder and without quotes: its
    /// words are plain.
    pub fn command(&self) -> String {
        let words = [self.program].into_iter().chain(self.arguments.iter().map(String::as_str));
        words.collect::<Vec<_>>().join(" ")
    }

    /// Lets the agent take the session in.
    fn hand_over(&self, client: &Client, import: &Import) -> Result<()> {
        let (agent, program) = (self.agent, self.program);
        let found = self.found.as_ref().ok_or(Refused::NoProgram { agent, program })?;
        let mut file = tempfile::Builder::new()
            .prefix("session-")
            .suffix(".json")
            .tempfile()
            .context("the session cannot be written for the agent; free some space")?;
        file.write_all(import.document.as_bytes())
            .and_then(|()| file.flush())
            .context("the session cannot be written for the agent; free some space")?;
        let ran = Command::new(found)
            .args(&import.arguments)
            .arg(file.path())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("{} cannot be started", found.display()))?;
        let store = self.store.path();
        let branch = self.branch.as_deref();
        let target = Target { store: &store, folder: &self.folder, branch, now: client.env.wall() };
        // Its exit code does not tell.
        let after = (self.writer.plan)(&self.source, &target).map_err(Refused::from)?;
        if after.import.is_none() && after.session == self.session {
            return Ok(());
        }
        let said = [ran.stderr, ran.stdout].concat();
        let said: String = String::from_utf8_lossy(&said).trim().chars().take(SAID).collect();
        Err(Refused::NotTaken { agent, said }.into())
    }
}

fn differs(
    whole: &Whole,
    writer: &Writer,
    has_program: bool,
    folder: &str,
    here: Option<&Checkout>,
) -> Vec<Difference> {
    let mut all = Vec::new();
    if !has_program {
        all.push(Difference::NoProgram(writer.again.program));
    }
    let was = whole.cwd.as_deref().filter(|it| it.trim_end_matches('/') != folder);
    all.extend(was.map(|it| Difference::Folder(it.to_owned())));
    let then = || checkout(Path::new(whole.here.as_deref()?))?.remote;
    let was = whole.git_remote.as_deref().map(git::plain).or_else(then);
    let is = here.and_then(|it| it.remote.clone());
    if let Some(was) = was.filter(|it| Some(it) != is.as_ref()) {
        all.push(Difference::Remote(was, is));
    }
    let is = here.and_then(|it| it.branch.clone());
    if let Some(was) = whole.git_branch.clone().filter(|it| Some(it) != is.as_ref()) {
        all.push(Difference::Branch(was, is));
    }
    all
}
