//! Schedules that once failed, with the few steps that mattered.

use driftline_convergence::{Action, Fault, Plan, Step, Suite, World, play};

/// Two processes of a device that share no lock sync at the same time. One makes its call
/// while the other's is answered and not yet taken in, so both carry the same birth. That is
/// right: nobody had told the device, and the hub that knows the row takes it for no birth.
#[test]
fn two_processes_send_a_row_before_either_has_heard_of_it() {
    let step = |device, action, dice| Step { device, action, dice };
    let world = World {
        devices: 3,
        hub_clock: true,
        rows: 5,
        lesser: None,
        older: None,
        apart: false,
        clocks: vec![0, 0, 31_536_000_000],
    };
    let steps = vec![
        step(0, Action::SaveHub, 0xed30_46b4_c7dc_1771),
        step(1, Action::Create, 0x9445_bb73_f852_1e12),
        step(1, Action::Sync(Fault::DelayCall), 0x42a5_dbfa_f306_0110),
        step(1, Action::Create, 0x7dbc_09c4_bd3d_a69b),
        step(2, Action::Sync(Fault::None), 0x76a8_3a18_c878_f5c6),
        step(2, Action::Edit, 0xfb7d_0df0_b742_cbdc),
        step(1, Action::Edit, 0x134d_65fe_1f8a_ab1b),
        step(1, Action::RestoreHub, 0x299d_e13a_43bc_c1ec),
        step(1, Action::SyncTwice, 0xfb72_6729_ab4e_9fc5),
        step(2, Action::Create, 0x9796_d781_7bbc_9edd),
        step(2, Action::SyncTwice, 0x778a_9ca8_c1b0_b240),
    ];
    let suite = Suite::registered("memory", "memory").unwrap();
    let (_, broken) = play(&suite, &Plan { seed: 771_345_253, world, steps });
    assert_eq!(broken, None);
}

/// A person makes a row, imports its twin and edits both as one; then the clock goes a year
/// ahead and they edit again. The hub takes a row at a time and refuses the last edit. What
/// was written before it and never sent keeps its stamp: in front of it stands an edit that
/// was sent and keeps its own, and must stay the later one.
#[test]
fn a_refused_stamp_moves_nothing_that_was_written_before_it() {
    let step = |device, action, dice| Step { device, action, dice };
    let world = World {
        devices: 3,
        hub_clock: true,
        rows: 1,
        lesser: None,
        older: None,
        apart: false,
        clocks: vec![0, 0, -600_000],
    };
    let steps = vec![
        step(1, Action::SyncTogether, 0x7922_8092_bd01_810d),
        step(2, Action::WipeHub, 0x2c78_c7ed_e2a0_cf16),
        step(2, Action::Create, 0xe443_95d5_2700_ed25),
        step(2, Action::Import, 0x83be_1731_8ae8_af41),
        step(2, Action::Edit, 0x4d37_6bf9_b3c9_dbc6),
        step(2, Action::SetClock, 0x17e9_9ecd_73f3_3760),
        step(2, Action::Edit, 0xfbb4_d612_01cc_c81c),
        step(2, Action::SyncTogether, 0x3aab_e840_cb8a_2c4a),
    ];
    let suite = Suite::registered("memory", "memory").unwrap();
    let (_, broken) = play(&suite, &Plan { seed: 453_529_823, world, steps });
    assert_eq!(broken, None);
}
