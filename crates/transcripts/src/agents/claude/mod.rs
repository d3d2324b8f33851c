//! Claude Code: one JSON record to a line, in
//! `~/.claude/projects/<folder>/<session>.jsonl`. Sub-agents wrote into their
//! session's file, then beside it, and now below it; their records always carry the
//! session's own id. Long answers of tools are in files of their own below it, too.

mod beside;
mod keeping;
mod places;
mod record;

use crate::{Form, Reader};

inventory::submit! {
    Reader {
        tool: "claude-code",
        name: "Claude Code",
        doc: "Claude Code's transcripts, in ~/.claude/projects",
        version: 3,
        places: places::all,
        accepts: places::accepts,
        main_file: places::main_file,
        beside: beside::place,
        keeps: keeping::days,
        form: Form::Lines {
            starts: &["{\"parentUuid\":", "{\"type\":\"summary\","],
            open: |_| Box::new(record::record),
        },
    }
}
