//! The audit log, the journal and the named values.

use std::sync::Arc;

use driftline_core::{
    Id, Millis, Result,
    store::{
        AuditEntry, AuditKind, Journal, LogId, Noted, ReadAudit, ReadJournal, ReadMeta, WriteAudit,
        WriteJournal, WriteMeta,
    },
};

use crate::data::{Data, Undo, swap};

impl ReadAudit for Data {
    fn audit(&self, kind: Option<AuditKind>, limit: usize) -> Result<Vec<AuditEntry>> {
        let of_kind = |it: &&AuditEntry| kind.is_none_or(|kind| it.kind == kind);
        Ok(self.audit.values().rev().filter(of_kind).take(limit).cloned().collect())
    }

    fn audit_of(&self, entity: &str, id: Id) -> Result<Vec<AuditEntry>> {
        let of_row = |it: &&AuditEntry| it.id == id && it.entity == entity;
        Ok(self.audit.values().rev().filter(of_row).cloned().collect())
    }
}

impl WriteAudit for Data {
    fn record(&mut self, entry: &AuditEntry) -> Result<()> {
        let log_id = entry.log_id.unwrap_or(LogId(self.logged.0 + 1));
        self.logged = self.logged.max(log_id);
        let old = self.audit.insert(log_id, AuditEntry { log_id: Some(log_id), ..entry.clone() });
        self.undo.push(Undo::Audit(log_id, old));
        Ok(())
    }

    fn erase_audit(&mut self, entity: &str, id: Id) -> Result<()> {
        let of_row = |it: &&AuditEntry| it.id == id && it.entity == entity;
        let gone: Vec<LogId> =
            self.audit.values().filter(of_row).filter_map(|it| it.log_id).collect();
        for log_id in gone {
            let entry = self.audit.remove(&log_id);
            self.undo.push(Undo::Audit(log_id, entry));
        }
        Ok(())
    }

    fn prune_audit(&mut self, before: Millis) -> Result<()> {
        let old: Vec<LogId> =
            self.audit.iter().filter(|(_, it)| it.at < before).map(|(log_id, _)| *log_id).collect();
        for log_id in old {
            let entry = self.audit.remove(&log_id);
            self.undo.push(Undo::Audit(log_id, entry));
        }
        Ok(())
    }
}

impl ReadJournal for Data {
    fn changed_since(&self, after: u64, limit: usize) -> Result<Vec<Noted>> {
        let entries = self.journal.range(after.saturating_add(1)..).take(limit);
        let noted = |(revision, (entity, id)): (&u64, &(Arc<str>, Id))| Noted {
            revision: *revision,
            entity: entity.to_string(),
            id: *id,
        };
        Ok(entries.map(noted).collect())
    }

    fn journal(&self) -> Result<Journal> {
        Ok(self.bounds())
    }
}

impl WriteJournal for Data {
    fn note(&mut self, entity: &str, id: Id) -> Result<()> {
        self.notes.add(entity, id);
        Ok(())
    }
}

impl ReadMeta for Data {
    fn meta(&self, key: &str) -> Result<Option<String>> {
        Ok(self.meta.get(key).cloned())
    }
}

impl WriteMeta for Data {
    fn set_meta(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        let old = swap(&mut self.meta, key.to_owned(), value.map(str::to_owned));
        self.undo.push(Undo::Meta(key.to_owned(), old));
        Ok(())
    }
}
