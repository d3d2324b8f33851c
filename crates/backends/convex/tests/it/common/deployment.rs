//! Driftline's functions on top of the engine's own hub, as the service would answer.

use std::{collections::BTreeMap, sync::Arc};

use driftline_core::{
    Answer, Backend, Change, Cursor, Digests, Error, Hub, Identity, PROTOCOL, Pull, Push, Row,
    Schema, Serial, Stale, Value,
};
use driftline_memory::MemoryStore;
use futures_util::future::FutureExt;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Clock, Reply, Request, TOKEN, clock};

const INLINE: usize = 65_536;
const CHUNK: usize = 524_288;

/// One person's rows at a deployment.
pub struct Deployment {
    env: Arc<Clock>,
    hub: Option<Hub>,
    chunks: BTreeMap<String, String>,
    /// Hides that chunks are missing until a row names them.
    pub forgets_to_ask: bool,
}

impl Deployment {
    pub fn new() -> Self {
        Self { env: clock(), hub: None, chunks: BTreeMap::new(), forgets_to_ask: false }
    }

    pub fn answer(&mut self, request: &Request) -> Reply {
        if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return Reply::json(401, &json!({ "code": "Unauthenticated", "message": "x" }));
        }
        let (function, args) = (request.function(), request.args());
        match self.run(&function, &args) {
            Ok(value) => Reply::value(&value),
            Err(thrown) => Reply::thrown(&thrown),
        }
    }

    fn run(&mut self, function: &str, args: &Value) -> Result<Value, Value> {
        match function {
            "users:linkLocalId" => {
                let store = Arc::new(MemoryStore::new(Schema::registered().unwrap()));
                let hub = Hub::open(store, "github:1", &*self.env).unwrap();
                let hub = self.hub.get_or_insert(hub.with_clock(self.env.clone()));
                let pull =
                    Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 };
                Ok(identity(&hub.pull(pull).now_or_never().unwrap().unwrap().identity))
            }
            "sync:missingChunks" => {
                let missing = strings(&args["hashes"]).into_iter();
                let missing = missing.filter(|it| !self.chunks.contains_key(it));
                let missing: Vec<_> = missing.filter(|_| !self.forgets_to_ask).collect();
                Ok(json!({ "missing": missing }))
            }
            "sync:putChunks" => {
                let texts = strings(&args["chunks"]);
                assert!(texts.len() <= 8 && texts.iter().all(|it| it.len() <= CHUNK));
                let hashes: Vec<_> = texts.iter().map(|it| hash(it)).collect();
                self.chunks.extend(hashes.iter().cloned().zip(texts));
                Ok(json!({ "hashes": hashes }))
            }
            "sync:getChunks" => {
                let hashes = strings(&args["hashes"]);
                assert!(hashes.len() <= 8);
                let chunks: Vec<_> = hashes.iter().map(|it| self.chunks.get(it)).collect();
                Ok(json!({ "chunks": chunks }))
            }
            "sync:getFullState" | "sync:getChangesSince" => self.page(args),
            "sync:pushChanges" => self.take(args),
            other => panic!("{other} is not in the contract"),
        }
    }

    fn hub(&self) -> Result<&Hub, Value> {
        self.hub.as_ref().ok_or(json!({ "code": "unlinked", "message": "x" }))
    }

    fn page(&mut self, args: &Value) -> Result<Value, Value> {
        assert!(args["asked"].is_string());
        let number = |name: &str| args[name].as_u64().unwrap();
        let pull = Pull {
            protocol: PROTOCOL,
            cursor: Cursor(number("cursor")),
            rows: usize::try_from(number("rows")).unwrap(),
            bytes: usize::try_from(number("bytes")).unwrap(),
        };
        let page = self.hub()?.pull(pull).now_or_never().unwrap().unwrap();
        let changes: Vec<_> = page.changes.iter().map(|it| self.write(it)).collect();
        Ok(json!({
            "protocol": double(page.protocol.into()),
            "identity": identity(&page.identity),
            "head": double(page.head.0),
            "next": double(page.next.0),
            "changes": changes,
            "digests": page.digests.map(|it| digests(&it)),
            "time": page.time.map(double),
        }))
    }

    fn take(&mut self, args: &Value) -> Result<Value, Value> {
        let text = |name: &str| args[name].as_str().unwrap().to_owned();
        let rows = strings(&args["changes"]);
        let read: Vec<_> = rows.iter().map(|it| self.read(it)).collect();
        let (account, epoch, device) = (text("account"), text("epoch"), text("device"));
        let (protocol, serial) = (PROTOCOL, Serial(args["serial"].as_u64().unwrap()));
        let changes = read.iter().filter_map(|it| it.as_ref().ok()).cloned().collect();
        let push = Push { protocol, account, epoch, device, serial, changes };
        let done = self.hub()?.push(push).now_or_never().unwrap();
        let done = done.map_err(|error| match error {
            Error::Stale { why: Stale::Moved, .. } => json!({ "code": "moved" }),
            Error::Stale { why: Stale::OldCall { last }, .. } => {
                json!({ "code": "old_call", "last": double(last.0) })
            }
            other => panic!("{other}"),
        })?;
        let mut taken = done.answers.iter();
        let answers: Vec<_> = read
            .iter()
            .map(|it| match it {
                Err(hashes) => json!({ "kind": "need_chunks", "hashes": hashes }),
                Ok(_) => answer(taken.next().unwrap()),
            })
            .collect();
        let recorded: Vec<_> = done
            .recorded
            .iter()
            .map(|it| json!([double(it.seq.0), self.write(&it.change)]))
            .collect();
        Ok(json!({
            "protocol": f64::from(PROTOCOL),
            "identity": identity(&done.identity),
            "head": double(done.head.0),
            "answers": answers,
            "recorded": recorded,
            "digests": digests(&done.digests),
            "time": done.time.map(double),
        }))
    }

    /// Reads a row, or says which of its chunks are missing.
    fn read(&self, text: &str) -> Result<Change, Vec<String>> {
        let wire: Value = serde_json::from_str(text).unwrap();
        let mut row = Row::default();
        for cell in wire["cells"].as_array().unwrap() {
            let (field, stamp) = (cell[0].as_str().unwrap(), cell[1].as_str().unwrap());
            let mut text = cell[2].as_str().unwrap().to_owned();
            if !cell[3].is_null() {
                assert!(text.is_empty());
                let hashes = strings(&cell[3]);
                let gone = hashes.iter().filter(|it| !self.chunks.contains_key(*it));
                let gone: Vec<_> = gone.cloned().collect();
                if !gone.is_empty() {
                    return Err(gone);
                }
                text = hashes.iter().map(|it| self.chunks[it].as_str()).collect();
                assert!(text.len() > INLINE);
            } else {
                assert!(text.len() <= INLINE);
            }
            let value: Value = serde_json::from_str(&text).unwrap();
            row.set(field.to_owned(), stamp.parse().unwrap(), value);
        }
        let (birth, whole) = (wire["birth"] == true, wire["whole"] == true);
        let entity = wire["entity"].as_str().unwrap().to_owned();
        Ok(Change { entity, id: wire["id"].as_str().unwrap().parse().unwrap(), row, birth, whole })
    }

    /// Writes a row, as the hub keeps it: long values in chunks.
    fn write(&self, change: &Change) -> String {
        let cells = change.row.cells().map(|(field, cell)| {
            let (stamp, text) = (cell.stamp.to_string(), cell.value.to_string());
            if text.len() <= INLINE {
                return json!([field, stamp, text]);
            }
            let (mut rest, mut hashes) = (text.as_str(), Vec::new());
            while !rest.is_empty() {
                let fits = |at: &usize| rest.is_char_boundary(*at);
                let end = (0..=rest.len().min(CHUNK)).rev().find(fits).unwrap();
                hashes.push(hash(&rest[..end]));
                rest = &rest[end..];
            }
            json!([field, stamp, "", hashes])
        });
        let cells: Vec<_> = cells.collect();
        let (entity, id) = (&change.entity, change.id.to_string());
        json!({ "entity": entity, "id": id, "whole": true, "cells": cells }).to_string()
    }
}

fn answer(answer: &Answer) -> Value {
    match answer {
        Answer::Accepted { seq, hash } => {
            json!({ "kind": "accepted", "seq": double(seq.0), "hash": format!("{hash:016x}") })
        }
        Answer::ClockAhead { fields } => json!({ "kind": "clock_ahead", "fields": fields }),
        Answer::NeedWhole => json!({ "kind": "need_whole" }),
        Answer::Refused { reason } => json!({ "kind": "refused", "reason": reason }),
    }
}

/// A number as the service writes it.
#[expect(clippy::cast_precision_loss, reason = "that is what the service does")]
fn double(number: u64) -> f64 {
    number as f64
}

fn digests(digests: &Digests) -> Value {
    digests.iter().map(|(name, sum)| (name.clone(), json!(format!("{sum:016x}")))).collect()
}

fn identity(it: &Identity) -> Value {
    json!({ "person": it.person, "account": it.account, "epoch": it.epoch })
}

fn strings(value: &Value) -> Vec<String> {
    serde_json::from_value(value.clone()).unwrap()
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|it| format!("{it:02x}")).collect()
}
