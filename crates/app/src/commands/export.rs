//! `export`: a session as a file of its own, or everything as one.

mod all;

use std::{
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use driftline_client::Error as ClientError;
use driftline_conversation::export::Detail;
use driftline_core::{Error, SyncEntity as _};
use driftline_entities::sessions::Session;
use serde_json::json;

use super::subject::Subject;
use crate::{context::Context, error::Failed, time};

/// A session as a file, or everything as one.
#[derive(Clone, Debug, Args)]
pub(crate) struct Export {
    /// The session, by the start of its id
    #[arg(required_unless_present = "all")]
    session: Option<String>,
    /// The format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The new file. Existing files are not replaced. Default: standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Leave tool calls out of markdown
    #[arg(long)]
    brief: bool,
    /// Write every row of the profile to a new export file, packed if it ends in .zst
    #[arg(long, value_name = "FILE", conflicts_with_all = ["session", "format", "output", "brief"])]
    all: Option<PathBuf>,
}

/// What a session is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Markdown,
    /// For programs: every synced field
    Json,
}

impl Export {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        if let Some(path) = &self.all {
            return all::run(context, path);
        }
        let device = context.device()?;
        let session = self.session.as_deref().unwrap_or_default();
        let subject = Subject::find(context, &device, session)?;
        let (reading, id) = (device.reading(), subject.session);
        let gone = || Error::NotFound { entity: Session::NAME.into(), id };
        if self.format == Format::Json || (context.output.json && self.output.is_none()) {
            let file = reading.conversations().export_json(id)?.ok_or_else(gone)?;
            let Some(path) = &self.output else { return context.output.json(&file) };
            let text = serde_json::to_string_pretty(&file).context("the session is no JSON")?;
            return save(context, path, &text);
        }
        let detail = if self.brief { Detail::Said } else { Detail::All };
        let text = reading.conversations().export_markdown(id, detail, &|it| time::minute(it.0))?;
        let text = text.ok_or_else(gone)?;
        match &self.output {
            Some(path) => save(context, path, &text),
            None => context.output.print(&text),
        }
    }
}

/// Writes a new file: beside its place, and there only once it is whole.
fn save(context: &Context<'_>, path: &Path, text: &str) -> Result<()> {
    let shown = path.display();
    if fs::symlink_metadata(path).is_ok() {
        return Err(ClientError::Exists(path.to_owned()).into());
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Its owner's alone from the first byte on.
    let file = tempfile::Builder::new().prefix(".driftline-export-").tempfile_in(folder);
    let written = file.and_then(|mut file| {
        writeln!(file, "{}", text.trim_end())?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|it| it.error)
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => ClientError::Exists(path.to_owned()).into(),
        _ => Failed::failed("unwritable", format!("{shown} cannot be written: {error}")),
    })?;
    if context.output.json {
        return context.output.json(&json!({ "path": path }));
    }
    context.output.chat(&format!("Written to {shown}."));
    Ok(())
}
