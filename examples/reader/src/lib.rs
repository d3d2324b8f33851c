//! A reader of the transcripts of Pebble, an agent that does not exist: as somebody outside
//! this repository adds one. Pebble keeps a chat in `~/.pebble/chats/NAME.jsonl`, one record
//! a line: `{"chat": "a1", "id": "7", "at": 1790000000000, "who": "you", "says": "Hello"}`.

use driftline_core::{Value, inventory};
use driftline_messages::block;
use driftline_transcripts::{Form, Kept, Message, Name, Object, Rank, Reader, Record, Role};

inventory::submit! {
    Reader {
        tool: "pebble",
        name: "Pebble",
        doc: "Pebble's chats, in ~/.pebble/chats",
        version: 1,
        places: |home| vec![home.join(".pebble/chats")],
        accepts: |path| path.extension().is_some_and(|it| it == "jsonl"),
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Lines { starts: &["{\"chat\":"], open: |_| Box::new(record) },
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a reader may keep what it is given")]
fn record(fields: Object) -> Record {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let (who, says) = (text("who").unwrap_or_default(), text("says"));
    let role = match who.as_str() {
        "you" => Role::User,
        "pebble" => Role::Assistant,
        _ => Role::Other,
    };
    let prompt = says.clone().filter(|_| role == Role::User);
    Record {
        kind: who,
        session: text("chat"),
        time: fields.get("at").and_then(Value::as_u64),
        cwd: text("folder"),
        name: prompt.map(|text| Name { rank: Rank::Prompt, text, leaf: None }),
        kept: Some(Box::new(Kept {
            external_id: text("id"),
            role,
            blocks: says.map(block::text).into_iter().collect(),
            parent: None,
            prompt: Some(role == Role::User),
            beside: Vec::new(),
            message: Message { finished: true, ..Message::default() },
        })),
        ..Record::default()
    }
}
