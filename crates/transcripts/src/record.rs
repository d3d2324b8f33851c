//! What a reader makes of one record: the same shape for every agent, and nothing yet
//! of tables, columns or stamps. A new kind of agent is one more [`Reader`].

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use driftline_core::{BoxError, Millis, Value};
use driftline_messages::{Usage, block};
use rusqlite::Connection;

/// The fields of one record, as the agent wrote it.
pub type Object = serde_json::Map<String, Value>;

/// One kind of agent whose transcripts can be read. Register it with
/// `inventory::submit!`.
#[derive(Debug)]
pub struct Reader {
    /// Its name in ids, rows and reports; it never changes.
    pub tool: &'static str,
    /// What people call the agent.
    pub name: &'static str,
    /// What it reads, in a sentence.
    pub doc: &'static str,
    /// Raised when it makes more of the same records; files are then read again.
    pub version: u16,
    /// The folders below a home folder in which the agent keeps its transcripts. None: they
    /// are where a person puts them.
    pub places: fn(home: &Path) -> Vec<PathBuf>,
    /// Whether a file in such a folder is a transcript, by its name; and by how it begins,
    /// where files of others are called so, too.
    pub accepts: fn(&Path) -> bool,
    /// For a file that only adds to another one (a sub-agent's): where the transcript
    /// of `session` itself would be.
    pub main_file: fn(file: &Path, session: &str) -> Option<PathBuf>,
    /// Where the text is that a record of `file` keeps beside it under this path, as the
    /// record says it ([`Beside`]). None: it is none of the session's own.
    pub beside: fn(file: &Path, session: &str, path: &str) -> Option<PathBuf>,
    /// After how many days without a change the agent deletes what is in one of its
    /// places, if it does.
    pub keeps: fn(place: &Path) -> Option<u64>,
    /// How the agent keeps records in a file.
    pub form: Form,
}

/// How an agent keeps records in a file. Whatever the form, every synced cell is a function
/// of one record and of the session of the file.
#[derive(Debug)]
pub enum Form {
    /// One JSON object a line, appended; rewritten now and then.
    Lines {
        /// Texts that begin a record and, unescaped, stand nowhere else: by them a record
        /// is found behind a torn one on the same line.
        starts: &'static [&'static str],
        /// Begins a file.
        open: fn(file: &Path) -> Box<dyn Records>,
    },
    /// One JSON document, written anew whenever something changes; or, in a file that ends
    /// in `.jsonl`, a log of changes to one, which is handed over as the list of its lines;
    /// or, in one that ends in `.yaml`, a YAML document, of which the fields at its top that
    /// are texts are handed over.
    /// The records of the document, each with its own `raw`.
    Document(fn(file: &Path, document: Value) -> Vec<Record>),
    /// A JSON list of sessions, each an object, as a service hands out everything at once.
    List(&'static List),
    /// A SQLite database, which is only ever read.
    Database(Database),
}

/// A list of sessions in a file of its own, or several in a zip archive.
#[derive(Debug)]
pub struct List {
    /// Whether a file of this name is such a list, in an archive too.
    pub named: fn(name: &str) -> bool,
    /// What stands near the beginning of such a list, and in none of another service that is
    /// called so.
    pub mark: &'static str,
    /// The records of one of its sessions, each with its own `raw`. None names a session:
    /// it is none of this service.
    pub records: fn(session: Object) -> Vec<Record>,
}

/// Takes the records of one file in order. What came before may tell what a record is (a
/// copy, a repetition), and never what it says.
pub trait Records {
    /// What a line says: mostly one record, sometimes none or several.
    fn take(&mut self, line: Object) -> Vec<Record>;
}

impl<F: FnMut(Object) -> Record> Records for F {
    fn take(&mut self, line: Object) -> Vec<Record> {
        vec![self(line)]
    }
}

/// An agent's database. What is asked of it is asked of one state of it.
#[derive(Debug)]
pub struct Database {
    /// The agent's names of its sessions, each with a number that is another one whenever
    /// something in the session changed.
    pub sessions: fn(database: &Connection) -> Result<Sessions, BoxError>,
    /// Hands over the records of one of them, each with its own `raw`, until `take` has
    /// enough.
    pub records: fn(&Connection, session: &str, take: &mut Take<'_>) -> Result<(), BoxError>,
}

/// Sessions of a database, and what tells whether they changed.
pub type Sessions = Vec<(String, i64)>;

/// Takes records.
pub type Take<'a> = dyn FnMut(Record) -> ControlFlow<()> + 'a;

inventory::collect!(Reader);

impl Reader {
    /// Whether the agent keeps its transcripts below home folders. A list is what a service
    /// hands out: wherever a person puts it.
    pub fn is_in_homes(&self) -> bool {
        !matches!(self.form, Form::List(_))
    }

    /// Where its transcripts are in a folder that a person names: where they are in a home,
    /// or in that folder itself.
    pub fn places_in(&self, folder: &Path) -> Vec<PathBuf> {
        if self.is_in_homes() { (self.places)(folder) } else { vec![folder.to_owned()] }
    }
}

/// Every registered reader, by name.
pub fn readers() -> Vec<&'static Reader> {
    let mut all: Vec<_> = inventory::iter::<Reader>.into_iter().collect();
    all.sort_by_key(|it| it.tool);
    all
}

/// What one record says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// What the agent calls this kind of record.
    pub kind: String,
    /// The agent's name of a session. The first one that a file's records name is the
    /// session of all of them: agents copy records of other sessions into a file as they
    /// are.
    pub session: Option<String>,
    /// Its own time.
    pub time: Option<Millis>,
    /// Its number in the session, where the agent numbers what it writes: of one
    /// millisecond, the lower one comes first, and a fork may say up to which it goes.
    pub ordinal: Option<u64>,
    /// The working directory.
    pub cwd: Option<String>,
    /// The branch that was checked out.
    pub git_branch: Option<String>,
    /// Where the repository in the working directory is fetched from, however the agent
    /// writes it.
    pub git_remote: Option<String>,
    /// The sub-agent that wrote it.
    pub agent: Option<String>,
    /// The model that answers in this session.
    pub model: Option<String>,
    /// A name for a session.
    pub name: Option<Name>,
    /// What of the line, the document or the database it is, to the letter. None: the line.
    pub raw: Option<String>,
    /// What becomes a row of its own. None: the record is left out.
    pub kept: Option<Box<Kept>>,
}

/// A name that a record offers for a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// Where it comes from.
    pub rank: Rank,
    /// The name.
    pub text: String,
    /// The message whose sessions it names; none: the session of its file.
    pub leaf: Option<String>,
}

/// Where a session's name comes from; the greater one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The first thing a sub-agent was told.
    Task,
    /// The first thing the person said.
    Prompt,
    /// A summary the agent made to find the session by.
    Summary,
    /// A title the agent made.
    Title,
    /// A title the person gave.
    Custom,
}

/// What becomes a row of messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The agent's name of the record. None: it is named by its text, and by how many
    /// equal ones precede it.
    pub external_id: Option<String>,
    /// Who says it.
    pub role: Role,
    /// What it says, made by [`driftline_messages::block`].
    pub blocks: Vec<Value>,
    /// The record it follows.
    pub parent: Option<String>,
    /// Whether a person said it to the agent, where the agent tells.
    pub prompt: Option<bool>,
    /// Answers of tools that are too long for the record.
    pub beside: Vec<Beside>,
    /// What only a conversation's own records have.
    pub message: Message,
}

impl Kept {
    /// What `role` says, complete, and nothing else known of it.
    pub fn of(role: Role, blocks: Vec<Value>) -> Self {
        Self {
            external_id: None,
            role,
            blocks,
            parent: None,
            prompt: None,
            beside: Vec::new(),
            message: Message { finished: true, ..Message::default() },
        }
    }

    /// A note that the session is a fork of the one that the agent calls `of`, and has copies
    /// of what was said there.
    pub fn fork(of: &str) -> Self {
        let blocks = vec![block::notice("fork", serde_json::json!({ "of": of }))];
        Self { external_id: Some("fork".into()), ..Self::of(Role::System, blocks) }
    }
}

/// The answer of a tool of which the record holds the beginning alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The block whose content it is.
    pub block: usize,
    /// The path of the file with all of it, as the record says it.
    pub path: String,
}

/// What an agent's answer tells of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// The model that wrote it.
    pub model: Option<String>,
    /// The tokens it took.
    pub usage: Usage,
    /// Whether it says how it ended.
    pub finished: bool,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The person.
    User,
    /// The agent.
    Assistant,
    /// A tool, answering a call.
    Tool,
    /// The agent, summing up what it then forgets.
    Summary,
    /// The agent, to itself.
    Meta,
    /// The program around the agent. Not counted as a message.
    System,
    /// A kind of record that this reader does not know. Not counted as a message.
    Other,
}

impl Role {
    /// Its name in rows and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
            Self::Summary => "summary",
            Self::Meta => "meta",
            Self::System => "system",
            Self::Other => "other",
        }
    }

    /// Whether it counts as a message of the conversation.
    pub fn is_message(self) -> bool {
        !matches!(self, Self::System | Self::Other)
    }
}
