//! A whole sync that nothing disturbs: pull until dry, push until dry, compare.

use super::{
    Mistake,
    calls::Heard,
    device::Device,
    hub::Hub,
    wire::{Answers, Batch, Stale},
};

/// How often a sync may start over.
const TURNS: u32 = 32;

/// Why a sync ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Both sides differ after everything was exchanged.
    NotEqual,
    /// It is another person's hub.
    Refused,
    /// It comes to no end.
    Endless,
}

/// Exchanges everything, so many rows in a call.
///
/// # Errors
/// If both sides are not equal then.
pub fn sync(
    device: &mut Device,
    hub: &mut Hub,
    most: usize,
    mistake: Option<Mistake>,
) -> Result<(), Failure> {
    sync_heard(device, hub, most, mistake, &mut |_, _, _| ())
}

/// What hears of each push: the hub as it is then, the push and the answer to it.
pub type Hear<'a> = &'a mut dyn FnMut(&Hub, &Batch, &Result<Answers, Stale>);

/// As [`sync`], and `hear` is told of each push.
///
/// # Errors
/// As [`sync`].
pub fn sync_heard(
    device: &mut Device,
    hub: &mut Hub,
    most: usize,
    mistake: Option<Mistake>,
    hear: Hear<'_>,
) -> Result<(), Failure> {
    for _ in 0..TURNS {
        if !pull(device, hub, most, mistake)? {
            continue;
        }
        let Some(head) = push(device, hub, most, mistake, hear) else { continue };
        if device.cursor != head.unwrap_or(hub.head) {
            continue;
        }
        let Some((state, differ)) = device.compared else { return Ok(()) };
        if differ == [false; 2] || !device.queue.is_empty() {
            return Ok(());
        }
        if device.healed == Some(state) {
            return Err(Failure::NotEqual);
        }
    }
    Err(Failure::Endless)
}

fn pull(
    device: &mut Device,
    hub: &Hub,
    most: usize,
    mistake: Option<Mistake>,
) -> Result<bool, Failure> {
    for _ in 0..TURNS {
        let position = device.position();
        let page = hub.serve(position.cursor, most, mistake);
        match device.adopt(position, page, mistake) {
            Heard::Taken => return Ok(true),
            Heard::Refused => return Err(Failure::Refused),
            Heard::More | Heard::Dropped | Heard::Restarted => {}
        }
    }
    Ok(false)
}

/// Sends what waits. Returns none if the hub must be read again first, else the head that the
/// last answer named.
fn push(
    device: &mut Device,
    hub: &mut Hub,
    most: usize,
    mistake: Option<Mistake>,
    hear: Hear<'_>,
) -> Option<Option<u8>> {
    let mut head = None;
    loop {
        let batch = device.send(most, None);
        if batch.sent.is_empty() {
            return Some(head);
        }
        let answer = hub.judge(device.number, &batch, mistake);
        hear(hub, &batch, &answer);
        match answer {
            Ok(answers) => {
                head = Some(answers.head);
                match device.settle(&batch, answers, mistake) {
                    Heard::Dropped | Heard::Restarted => return None,
                    Heard::More | Heard::Taken | Heard::Refused => {}
                }
            }
            Err(Stale::Moved) => return None,
            Err(Stale::OldCall(last)) => {
                device.overtaken(last);
                return None;
            }
        }
    }
}
