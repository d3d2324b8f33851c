//! What a wire needs of the device at its near end.

use std::sync::Mutex;

use driftline_core::{
    Answers, Page, Push, Result,
    device::{Batch, Position},
};

use crate::{dice::Dice, model::Model};

/// Who calls over a wire.
pub(crate) trait Sender: Sync {
    /// Fails unless all that a person wrote waits here or was carried by a call.
    fn check_unsent(&self) -> Result<()>;

    /// What a call made now is made with.
    fn position(&self) -> Result<Position>;

    /// Fails unless a call may carry what `push` does, and notes that it does.
    fn check_sent(&self, push: &Push) -> Result<()>;

    /// The batch that `push` was made from, so that its answer can arrive later.
    fn batch(&self, push: &Push) -> Result<Batch>;

    /// Keeps something on the wire, where it was when the hub had lost something `losses`
    /// times.
    fn delay(&self, losses: u32, it: Late);

    /// Lets its person edit something a moment later.
    fn edit_meanwhile(&self, model: &Mutex<Model>, dice: &mut Dice) -> Result<()>;
}

/// Something that was on the wire when it should have arrived.
pub(crate) enum Late {
    Page(Position, Page),
    Answers(Batch, Answers),
    Push(Push),
}
