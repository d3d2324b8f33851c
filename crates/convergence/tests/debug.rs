use driftline_convergence::*;
use driftline_entities as _;
use driftline_memory as _;
use todos as _;
#[test]
fn dbg() {
    let suite = Suite::registered("memory", "memory").unwrap();
    let steps = vec![
        Step { device: 2, action: Action::Import, dice: 0x2c8bb1244028056f },
        Step { device: 2, action: Action::Sync(Fault::DropCall), dice: 0x54a18913b7dbb172 },
        Step { device: 3, action: Action::Create, dice: 0xf15b1191f7b5acde },
        Step { device: 1, action: Action::WipeHub, dice: 0xec5eb282f330f5a2 },
        Step { device: 3, action: Action::Sync(Fault::None), dice: 0x812cb77c31bfe99c },
        Step { device: 2, action: Action::WipeHub, dice: 0xa34def6895c7ae7e },
    ];
    let mut p = Plan::new(125, 100);
    p.steps = steps;
    println!("{:?}", replay(&suite, &p));
}
