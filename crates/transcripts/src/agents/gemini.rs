//! Gemini CLI: `~/.gemini/tmp/<project>/chats/session-<minute>-<id>.jsonl`, a message a
//! line. It once kept one JSON document there, and still reads it. Sub-agents have files of
//! their own in a folder of their session's name.

mod chat;
mod keeping;
mod message;
mod places;

use crate::{Form, Reader};

/// One name for both: a session that is resumed from a document goes on in lines, with the
/// same messages.
const TOOL: &str = "gemini-cli";

inventory::submit! {
    Reader {
        tool: TOOL,
        name: "Gemini CLI",
        doc: "Gemini CLI's transcripts, in ~/.gemini/tmp",
        version: 1,
        places: places::all,
        accepts: places::is_lines,
        main_file: places::main_file,
        beside: |_, _, _| None,
        keeps: keeping::days,
        form: Form::Lines {
            starts: &["{\"$set\":{\"lastUpdated\":"],
            open: |file| Box::new(chat::Chat::of(file)),
        },
    }
}

inventory::submit! {
    Reader {
        tool: TOOL,
        name: "Gemini CLI",
        doc: "Gemini CLI's older transcripts, in ~/.gemini/tmp",
        version: 1,
        places: places::all,
        accepts: places::is_document,
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: keeping::days,
        form: Form::Document(chat::document),
    }
}
