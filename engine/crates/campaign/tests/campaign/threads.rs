//! Turns of a larger world: equal for any number of threads, and held against plain scans.

use rayon::ThreadPoolBuilder;
use sim_cortex::presence::Presence;
use sim_cortex::{Muster, Table};

use crate::legions::Campaign;

const UNITS: u32 = 30_000;
const TURNS: u32 = 4;

/// What a turn leaves behind: digests of state, ledger and events, and rules fired.
type Told = ([[u8; 32]; 3], Vec<(&'static str, u64)>);

fn played(threads: usize) -> Vec<Told> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(|| {
        let mut campaign = Campaign::of(UNITS);
        (0..TURNS).map(|_| turn(&mut campaign)).collect()
    })
}

fn turn(campaign: &mut Campaign) -> Told {
    campaign.turn(&mut |_, work| work());
    let number = campaign.state.turn;
    let digests = [
        campaign.state.digest(&[0; 32], &[0; 32], number),
        campaign.ledger.digest(number),
        campaign.events.digest(number),
    ];
    (digests, campaign.coverage.counts().collect())
}

#[test]
fn turns_are_equal_for_any_number_of_threads() {
    let one = played(1);
    for rule in ["decision_move", "arrival", "interception", "destruction"] {
        let (_, fired) = one.last().unwrap();
        assert!(
            fired
                .iter()
                .any(|(name, times)| *name == rule && *times > 0),
            "{rule}"
        );
    }
    for threads in [2, 3, 8] {
        assert!(
            played(threads) == one,
            "{threads} threads played another turn"
        );
    }
}

#[test]
fn the_muster_of_each_turn_is_what_a_scan_finds() {
    let mut campaign = Campaign::of(UNITS);
    for _ in 0..TURNS {
        turn(&mut campaign);
        let world = &mut campaign.state.worlds[0];
        let (muster, presence) = (Muster::of(world), Presence::of(world));
        for faction in 0..world.faction.rows() {
            let contested: Vec<u32> = presence.contested(faction).collect();
            assert_eq!(muster.contested(faction).collect::<Vec<_>>(), contested);
        }
        for fleet in 0..world.fleet.rows() {
            assert_eq!(
                muster.is_armed(fleet),
                presence.is_armed(fleet),
                "fleet {fleet}"
            );
        }
    }
}
