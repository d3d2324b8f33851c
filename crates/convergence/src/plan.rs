//! What happens in a schedule: a world and a list of steps, all of it from a seed.

use crate::dice::Dice;

/// A schedule.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where it comes from.
    pub seed: u64,
    /// What is true throughout.
    pub world: World,
    /// What happens.
    pub steps: Vec<Step>,
}

/// What is true throughout a schedule.
#[derive(Clone, Debug)]
pub struct World {
    /// How many devices.
    pub devices: usize,
    /// Whether the hub has a clock and refuses stamps far ahead of it.
    pub hub_clock: bool,
    /// Rows in a call.
    pub rows: usize,
    /// The device that knows one entity and one field fewer than the others.
    pub lesser: Option<usize>,
    /// The device that speaks the protocol before this one.
    pub older: Option<usize>,
    /// Whether two processes of a device share nothing but the store's place. Otherwise
    /// they share what opening it costs.
    pub apart: bool,
    /// How far each device's clock is off at the start, in milliseconds.
    pub clocks: Vec<i64>,
}

/// One thing that happens on one device.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The device.
    pub device: usize,
    /// What happens.
    pub action: Action,
    /// Every further choice.
    pub dice: u64,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A person creates a row; keys meet.
    Create,
    /// A record is imported: the same id on several devices, in several readings.
    Import,
    /// A person edits a row, also by an id that was folded into another.
    Edit,
    /// A person deletes a row.
    Delete,
    /// A person restores a row.
    Restore,
    /// A person purges a row for good.
    Purge,
    /// A person restores a value from the conflict log.
    BringBack,
    /// The device syncs, and something goes wrong.
    Sync(Fault),
    /// Two processes of the device sync at the same time.
    SyncTwice,
    /// The device and another one sync at the same time.
    SyncTogether,
    /// The device dies while a person writes, before or after the commit.
    DieWriting,
    /// Time passes everywhere.
    Pass,
    /// The device's wall clock is set.
    SetClock,
    /// The hub loses everything.
    WipeHub,
    /// The hub is backed up.
    SaveHub,
    /// The hub goes back to its last backup, or to a moment ago.
    RestoreHub,
    /// Answers and calls that were delayed arrive now.
    DeliverLate,
    /// The lesser device gets the current version of the program.
    Upgrade,
}

/// What can go wrong in a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// A call is lost before it takes effect.
    DropCall,
    /// A call takes effect and its answer is lost.
    DropAnswer,
    /// An answer is lost now and arrives later.
    DelayAnswer,
    /// A call is lost now and arrives at the hub later.
    DelayCall,
    /// A call arrives twice.
    Duplicate,
    /// The rows of a push arrive in another order.
    Reorder,
    /// A person edits while the answer is on the wire.
    EditOnWire,
    /// The device dies before a transaction commits.
    DieBefore,
    /// The device dies after a transaction committed.
    DieAfter,
    /// A push goes to another person's hub.
    OtherAccountPush,
    /// A pull goes to another person's hub.
    OtherAccountPull,
    /// A batch that holds a certain row fails without a reason.
    Unnamed,
    /// The hub is too new for the device.
    FutureProtocol,
    /// Rows of a page cannot be read by this version of the program.
    Unreadable,
}

impl Fault {
    /// Every kind but none.
    pub const ALL: [Self; 14] = [
        Self::DropCall,
        Self::DropAnswer,
        Self::DelayAnswer,
        Self::DelayCall,
        Self::Duplicate,
        Self::Reorder,
        Self::EditOnWire,
        Self::DieBefore,
        Self::DieAfter,
        Self::OtherAccountPush,
        Self::OtherAccountPull,
        Self::Unnamed,
        Self::FutureProtocol,
        Self::Unreadable,
    ];
}

/// Actions and how often each is chosen.
const ACTIONS: [(Action, usize); 18] = [
    (Action::Create, 14),
    (Action::Import, 10),
    (Action::Edit, 18),
    (Action::Delete, 4),
    (Action::Restore, 3),
    (Action::BringBack, 1),
    (Action::Sync(Fault::None), 30),
    (Action::SyncTwice, 3),
    (Action::SyncTogether, 4),
    (Action::DieWriting, 2),
    (Action::Pass, 4),
    (Action::SetClock, 2),
    (Action::WipeHub, 1),
    (Action::SaveHub, 2),
    (Action::RestoreHub, 1),
    (Action::DeliverLate, 5),
    (Action::Upgrade, 1),
    (Action::Purge, 2),
];

impl Action {
    /// Every kind but syncs, of which the faults are counted.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        ACTIONS.iter().map(|it| it.0).filter(|it| !matches!(it, Self::Sync(_)))
    }
}

const SECOND: i64 = 1_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;

/// How far clocks are off or set, in milliseconds.
pub(crate) const SHIFTS: [i64; 8] =
    [SECOND, -SECOND, 600 * SECOND, -600 * SECOND, 2 * DAY, -2 * DAY, 365 * DAY, -365 * DAY];

impl Plan {
    /// The schedule of `seed`, with this many steps.
    pub fn new(seed: u64, steps: usize) -> Self {
        let mut dice = Dice::new(seed);
        let devices = 3 + dice.below(2);
        let clocks = (0..devices)
            .map(|_| if dice.once_in(4) { *dice.pick(&SHIFTS).unwrap_or(&0) } else { 0 })
            .collect();
        let world = World {
            devices,
            hub_clock: dice.once_in(2),
            rows: 1 + dice.below(12),
            lesser: dice.once_in(3).then(|| dice.below(devices)),
            apart: dice.once_in(4),
            older: dice.once_in(3).then(|| dice.below(devices)),
            clocks,
        };
        let total: usize = ACTIONS.iter().map(|(_, weight)| weight).sum();
        let steps = (0..steps)
            .map(|_| {
                let mut left = dice.below(total);
                let chosen = ACTIONS.iter().find(|(_, weight)| {
                    let found = left < *weight;
                    left = left.saturating_sub(*weight);
                    found
                });
                let mut action = chosen.map_or(Action::Create, |(action, _)| *action);
                if action == Action::Sync(Fault::None) && dice.once_in(2) {
                    action = Action::Sync(*dice.pick(&Fault::ALL).unwrap_or(&Fault::None));
                }
                Step { device: dice.below(devices), action, dice: dice.roll() }
            })
            .collect();
        Self { seed, world, steps }
    }
}
