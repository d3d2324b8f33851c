use driftline_convergence::*;
use driftline_entities as _;
use driftline_memory as _;
use todos as _;
#[test]
fn dbg() {
    let suite = Suite::registered("memory", "memory").unwrap();
    let steps = vec![
        Step { device: 0, action: Action::SetClock, dice: 0xce9e530d38114f07 },
        Step { device: 0, action: Action::Create, dice: 0xeabb7261cd4b7587 },
        Step { device: 0, action: Action::Sync(Fault::EditOnWire), dice: 0x892b66d38ae36025 },
    ];
    let mut p = Plan::new(874, 100);
    p.steps = steps;
    println!("{:?}", replay(&suite, &p));
}
