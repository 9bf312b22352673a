//! One round on plain values: whom a draw picks, who is the killer, what fires.

use proptest::prelude::*;
use shared::fx::{ONE, from_int};

use super::*;

const ALWAYS: Shot = Shot {
    targeting: 0,
    accuracy: 0,
    critical: u64::MAX,
    damage: 0,
};

fn combatant(slot: u32, owner: u32, design: &Design) -> Combatant<'_> {
    Combatant {
        slot,
        owner,
        design,
        hp: design.hull,
        shield: design.shield,
    }
}

/// A gun of attack 2, hull 3 and shield 1.
fn gun() -> Design {
    Design {
        hull: from_int(3),
        shield: ONE,
        attack: from_int(2),
        accuracy: ONE,
        ..Design::default()
    }
}

fn rules() -> Rules {
    Rules {
        hit_max: ONE,
        critical_factor: from_int(2),
        armour_half: ONE,
        ..Rules::default()
    }
}

fn fought(line: &mut [Combatant], shots: &[Shot]) -> Round {
    let mut round = Round::default();
    round.fight(&rules(), line, shots);
    round
}

proptest! {
    #[test]
    fn a_draw_picks_from_the_foes_in_order(
        owners in prop::collection::vec(0_u32..4, 2..20),
        draw: u64,
    ) {
        prop_assume!(owners.iter().any(|owner| *owner != owners[0]));
        let design = gun();
        let line: Vec<_> =
            (0..).zip(&owners).map(|(slot, owner)| combatant(slot, *owner, &design)).collect();
        let mut foes = Foes::default();
        foes.arrange(&line);
        for attacker in &line {
            let others = (0..line.len()).filter(|at| line[*at].owner != attacker.owner);
            let others: Vec<usize> = others.collect();
            let pick = usize::try_from(bounded(draw, others.len() as u64)).unwrap();
            prop_assert_eq!(foes.aim(attacker.owner, draw), others[pick]);
        }
    }
}

#[test]
fn all_shoot_at_the_line_as_it_stood_and_die_together() {
    let design = Design { hull: ONE, ..gun() };
    let mut line = [combatant(4, 0, &design), combatant(9, 1, &design)];
    let round = fought(&mut line, &[ALWAYS; 2]);
    let kill = |victim, loser, killer| Kill {
        victim,
        loser,
        killer,
    };
    assert_eq!(round.kills, [kill(4, 0, 9), kill(9, 1, 4)]);
    assert_eq!(
        round.fired,
        Fired {
            hits: 2,
            criticals: 0,
            absorbs: 2
        }
    );
}

#[test]
fn the_killer_is_the_first_who_hit_though_others_did_more() {
    let weak = Design {
        attack: Fx(1),
        ..gun()
    };
    let wall = Design {
        attack: Fx(0),
        ..gun()
    };
    let strong = gun();
    let mut line = [
        combatant(0, 0, &weak),
        combatant(1, 0, &strong),
        combatant(2, 0, &strong),
        combatant(3, 1, &wall),
    ];
    let round = fought(&mut line, &[ALWAYS; 4]);
    assert_eq!(
        round.kills,
        [Kill {
            victim: 3,
            loser: 1,
            killer: 0
        }]
    );
    let missed = Shot {
        accuracy: u64::MAX,
        ..ALWAYS
    };
    line[3].hp = ONE;
    let blind = Design {
        accuracy: Fx(ONE.0 - 1),
        ..gun()
    };
    line[0].design = &blind;
    let round = fought(&mut line, &[missed, ALWAYS, ALWAYS, ALWAYS]);
    assert_eq!(
        round.kills,
        [Kill {
            victim: 3,
            loser: 1,
            killer: 1
        }]
    );
}

#[test]
fn a_critical_hit_counts_its_roll_even_where_it_changes_nothing() {
    let design = Design {
        attack: Fx(0),
        critical: ONE,
        ..gun()
    };
    let mut line = [combatant(0, 0, &design), combatant(1, 1, &design)];
    let round = fought(&mut line, &[ALWAYS; 2]);
    assert_eq!(
        round.fired,
        Fired {
            hits: 2,
            criticals: 2,
            absorbs: 0
        }
    );
    assert_eq!((line[0].hp, line[0].shield), (from_int(3), ONE));
}

#[test]
fn sums_stop_where_they_would_leave_their_range() {
    let mut round = Round {
        blows: vec![None],
        ..Round::default()
    };
    for _ in 0..3 {
        round.wound(0, 5, Fx(DAMAGE_SUM_MAX.0 - 1));
    }
    let blow = round.blows[0].unwrap();
    assert_eq!((blow.sum, blow.first), (DAMAGE_SUM_MAX, 5));
}
