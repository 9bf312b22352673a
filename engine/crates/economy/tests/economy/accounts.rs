//! Transfers: both sides, one event, and nothing at all for nothing.

use economy::accounts::transfer;
use shared::ids::NONE;
use sim_cortex::Turn;

use crate::stage::{MINT, Stage};

#[test]
fn a_transfer_moves_credits_and_tells_of_it() {
    let mut stage = Stage::new();
    stage.play("economy", 0, |turn: &mut Turn| {
        transfer(turn, MINT, 1, 70, NONE, "income");
        transfer(turn, 1, MINT, 100, 0, "refund");
    });
    assert_eq!(
        stage.world.account.balance.as_slice(),
        [0, -30, 0, 30, 0, 0]
    );
    let expected = [
        r#"transaction(account 3; target = 1, amount = 70) "income""#,
        r#"transaction(account 1; target = 3, amount = 100) [0] "refund""#,
    ];
    assert_eq!(stage.told(), expected);
}

#[test]
fn a_transfer_of_nothing_is_no_event() {
    let mut stage = Stage::new();
    stage.play("economy", 0, |turn: &mut Turn| {
        transfer(turn, MINT, 0, 0, NONE, "income")
    });
    assert_eq!(stage.told(), Vec::<String>::new());
}

#[test]
#[should_panic(expected = "-1 credits")]
fn a_negative_transfer_is_a_bug() {
    let mut stage = Stage::new();
    stage.play("economy", 0, |turn: &mut Turn| {
        transfer(turn, MINT, 0, -1, NONE, "income")
    });
}
