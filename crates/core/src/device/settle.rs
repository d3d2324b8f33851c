//! Taking in the answers to a push: what is in the feed leaves the queue, what was
//! refused is restamped, sent whole, or set aside.

use crate::{
    Answer, Answers, Error, Recorded, Result, Seq, alias,
    clock::{self, Moment},
    device::{
        Batch, Restamped, Sent,
        adopt::settle_difference,
        adopt_row::{adopt_row, believable},
        link::{Link, link},
        queue::unchanged,
        restamp::restamp,
        unread,
    },
    store::{Held, StoreTx, WriteQueue},
};

/// What became of a push.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    /// Something changed since the call was made; the rows will be sent again.
    pub dropped: bool,
    /// Everything is read and offered again from the start.
    pub restarted: bool,
    /// Stamps were refused while the hub held something that was not read yet: it must be
    /// read before they can be given new ones.
    pub unread: bool,
    /// Rows that are in the feed now.
    pub accepted: u64,
    /// Rows that were set aside.
    pub parked: u64,
    /// Writes that were given new stamps because the hub found them too far ahead.
    pub restamped: Vec<Restamped>,
}

/// Takes in the answers to `batch`.
///
/// # Errors
/// [`Error::BadAnswer`] if they do not fit the call.
pub fn settle(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    batch: &Batch,
    answers: Answers,
) -> Result<Settled> {
    let mut link = link(tx.reading())?;
    if link.position() != batch.position || link.identity.as_ref() != Some(&answers.identity) {
        return Ok(Settled { dropped: true, ..Settled::default() });
    }
    if answers.answers.len() != batch.sent.len() {
        let (got, sent) = (answers.answers.len(), batch.sent.len());
        let reason = format!("{got} answers to {sent} rows");
        return Err(Error::BadAnswer { remote: answers.identity.person, reason });
    }
    link.note_head(answers.head);
    let mut settled = Settled::default();
    let mut seqs = Vec::new();
    let mut ahead = Vec::new();
    let (mut latest, mut same) = (None, Vec::new());
    for (sent, answer) in batch.sent.iter().zip(answers.answers) {
        match answer {
            Answer::Accepted { seq, hash } => {
                if accept(tx, &mut link, sent, hash)? {
                    seqs.push(seq);
                    same.push(&sent.change);
                }
                latest = latest.max(believable(moment, &sent.change.row));
                settled.accepted += 1;
            }
            Answer::ClockAhead { fields } => {
                let sent = &sent.change;
                ahead.extend(fields.iter().filter_map(|field| {
                    let stamp = sent.row.cell(field)?.stamp;
                    Some((sent.entity.clone(), sent.id, field.clone(), stamp))
                }));
            }
            Answer::NeedWhole => send_whole(tx, sent)?,
            Answer::Refused { reason } => {
                park(tx, sent, &reason)?;
                settled.parked += 1;
            }
        }
    }
    // Whatever of them could not be read gave way.
    unread::forget(tx, &mut link, |entity, id| {
        same.iter().any(|it| it.entity == entity && it.id == id)
    })?;
    clock::observe(tx, latest)?;
    for Recorded { seq, change } in answers.recorded {
        adopt_row(tx, moment, &mut link, change)?;
        seqs.push(seq);
    }
    follow(&mut link, seqs);
    if settled.accepted > 0 && link.cursor == batch.position.cursor {
        // What left the queue may be queued anew, and then counts its changes from the beginning:
        // an answer to an older call of another process must not be taken for one to that.
        link.resets += 1;
    }
    if link.cursor == answers.head {
        if !ahead.is_empty() {
            settled.restamped = restamp(tx, moment, &ahead)?;
        }
        link.compare(answers.head, &answers.digests, unread::is_blind(tx.reading())?);
        settled.restarted = settle_difference(tx, &mut link, moment)?;
    } else {
        // An older call of this device may have come late, with what these replaced. None
        // can come any more after this one, so what is read now is all there will be.
        settled.unread = !ahead.is_empty();
    }
    link.store(tx)?;
    Ok(settled)
}

/// Moves the cursor past numbers that follow it without a gap, each of a row just as it is
/// here: there is nothing to download.
fn follow(link: &mut Link, mut seqs: Vec<Seq>) {
    seqs.sort_unstable();
    for seq in seqs {
        if seq == link.cursor.next() {
            link.cursor = seq.into();
        }
    }
}

/// Notes that a row is in the feed. Returns whether the hub holds it just as it is
/// here. If not, others have written cells of it that this device has yet to pull, and what
/// was sent counts as what the hub holds, neither what it held before nor what it holds now:
/// a hub that goes back to a backup may lose what was sent, or may have given those cells a
/// number that lies before the cursor, and only unequal digests show either.
fn accept(tx: &mut dyn StoreTx, link: &mut Link, sent: &Sent, hash: u64) -> Result<bool> {
    let (entity, id) = (&sent.change.entity, sent.change.id);
    let unchanged = tx.dequeue_unchanged(entity, id, sent.queue_id, sent.counter)?;
    if unchanged
        && sent.hash == hash
        && tx.acknowledge_after(entity, id, sent.queue_id, sent.held, hash)?
    {
        if !sent.held.acked {
            alias::end_assumptions(tx, entity, id)?;
        }
        link.replace(entity, sent.held.hash, hash);
        return Ok(true);
    }
    let Some(Held { hash: held, acked }) = tx.held(entity, id)? else { return Ok(false) };
    let mine = if unchanged {
        Some(sent.hash)
    } else {
        tx.get(entity, id)?.map(|it| it.row.hash(entity, id))
    };
    let same = mine == Some(hash);
    if !acked {
        alias::end_assumptions(tx, entity, id)?;
    }
    let noted = held.wrapping_add(unread::noted(tx.reading(), entity, id)?);
    let now = if same {
        hash
    } else if noted == hash {
        held
    } else {
        sent.hash
    };
    if !acked || now != held {
        link.replace(entity, held, now);
        tx.acknowledge(entity, id, now)?;
    }
    Ok(same)
}

/// The hub does not have the row: its next push carries all of it.
fn send_whole(tx: &mut dyn StoreTx, sent: &Sent) -> Result<()> {
    let (entity, id) = (&sent.change.entity, sent.change.id);
    let (Some(mut entry), Some(stored)) = (tx.queued(entity, id)?, tx.get(entity, id)?) else {
        return Ok(());
    };
    for (field, _) in stored.row.cells() {
        entry.fields.entry(field.clone()).or_insert(true);
    }
    tx.enqueue(&entry)
}

/// Sets a row aside that can never be sent as it is. The rest of the queue goes on.
fn park(tx: &mut dyn WriteQueue, sent: &Sent, reason: &str) -> Result<()> {
    let Some(mut entry) = unchanged(tx, sent)? else { return Ok(()) };
    entry.park(reason);
    entry.failures = 0;
    tx.enqueue(&entry)
}
