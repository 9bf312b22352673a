//! Ledger, event log and coverage as collections: order of work, causes, rules that never fired.

use observability::{Coverage, EventLog, Ledger};
use shared::codec::{encode_events, encode_ledger};
use shared::digest::{events_digest, ledger_digest};
use shared::ids::NONE;
use shared::{Event, LedgerEntry};

fn draws(phase_ordinal: u32, site: &'static str, count: u64) -> LedgerEntry {
    LedgerEntry {
        universe: 0,
        step: 1,
        phase_ordinal,
        phase: if phase_ordinal == 0 {
            "storms".into()
        } else {
            "combat".into()
        },
        stream: "stream".into(),
        scope: vec![7],
        site: site.into(),
        count,
    }
}

fn event(kind: &'static str, cause: u32) -> Event {
    Event {
        universe: 0,
        step: 1,
        phase: "combat".into(),
        kind: kind.into(),
        table: "unit".into(),
        slot: 3,
        generation: 1,
        cause,
        fields: vec![("hp".into(), -1)],
        reason: "".into(),
    }
}

#[test]
fn a_ledger_shows_sums_and_no_order_of_work() {
    let (mut forth, mut back) = (Ledger::new(), Ledger::new());
    let entries = [
        draws(1, "hit", 2),
        draws(0, "where", 1),
        draws(1, "hit", 3),
        draws(1, "none", 0),
    ];
    entries.iter().for_each(|entry| forth.record(entry.clone()));
    entries
        .iter()
        .rev()
        .for_each(|entry| back.record(entry.clone()));
    assert_eq!(forth, back);
    assert_eq!(forth.draws(), 6);
    assert_eq!(forth.encode(), encode_ledger(&entries));
    assert_eq!(
        forth.encode(),
        encode_ledger(&[draws(0, "where", 1), draws(1, "hit", 5)])
    );
    assert_eq!(forth.digest(9), ledger_digest(9, &forth.encode()));
}

#[test]
fn one_draw_more_is_another_ledger() {
    let (mut clean, mut planted) = (Ledger::new(), Ledger::new());
    clean.record(draws(1, "hit", 518));
    planted.record(draws(1, "hit", 518));
    assert_eq!(clean.digest(1), planted.digest(1));
    planted.record(draws(1, "hit", 1));
    assert_ne!(clean.digest(1), planted.digest(1));
    planted.clear();
    assert_eq!(planted, Ledger::new());
}

#[test]
fn ledgers_of_threads_come_together_in_any_order() {
    let mut parts = [Ledger::new(), Ledger::new()];
    parts[0].record(draws(1, "hit", 2));
    parts[1].record(draws(1, "hit", 3));
    parts[1].record(draws(0, "where", 1));
    let [left, right] = parts;
    let (mut forth, mut back) = (left.clone(), right.clone());
    forth.absorb(right);
    back.absorb(left);
    assert_eq!(forth, back);
    assert_eq!(
        forth.encode(),
        encode_ledger(&[draws(0, "where", 1), draws(1, "hit", 5)])
    );
}

#[test]
fn events_get_sequence_numbers_in_order() {
    let mut log = EventLog::new();
    let shot = log.append(event("shot", NONE));
    let hit = log.append(event("hit", shot));
    assert_eq!((shot, hit), (0, 1));
    assert_eq!(log.events()[1].cause, 0);
    let expected = [event("shot", NONE), event("hit", 0)];
    assert_eq!(log.encode(), encode_events(&expected));
    assert_eq!(log.digest(4), events_digest(4, &encode_events(&expected)));
    log.clear();
    assert_eq!(log.append(event("next turn", NONE)), 0);
}

#[test]
fn logs_of_threads_come_together_in_order() {
    let (mut whole, mut first, mut second) = (EventLog::new(), EventLog::new(), EventLog::new());
    first.append(event("shot", NONE));
    first.append(event("hit", 0));
    second.append(event("shot", NONE));
    second.append(event("hit", 0));
    second.append(event("destroyed", 1));
    let parts = [&first, &second, &EventLog::new(), &first];
    parts.into_iter().for_each(|part| whole.absorb(part));
    let causes: Vec<u32> = whole.events().iter().map(|event| event.cause).collect();
    assert_eq!(causes, [NONE, 0, NONE, 2, 3, NONE, 5]);
    assert_eq!(whole.encode(), encode_events(&whole.events()));
    let next = whole.append(event("hit", 6));
    assert_eq!((next, whole.events()[7].cause), (7, 6));
}

#[test]
#[should_panic(expected = "event 0 is caused by 0")]
fn an_event_that_causes_itself_is_a_bug() {
    let _ = EventLog::new().append(event("hit", 0));
}

#[test]
fn coverage_names_what_never_fired() {
    let mut coverage = Coverage::new(&["retreat", "combat", "income"]);
    coverage.fire("combat", 2);
    coverage.fire("combat", 1);
    coverage.fire("income", 0);
    let counts: Vec<_> = coverage.counts().collect();
    assert_eq!(counts, [("combat", 3), ("income", 0), ("retreat", 0)]);
    assert_eq!(
        coverage.never_fired().collect::<Vec<_>>(),
        ["income", "retreat"]
    );
}

#[test]
#[should_panic(expected = "not in the list of rules")]
fn a_rule_that_is_not_listed_is_a_bug() {
    Coverage::new(&["combat"]).fire("combats", 1);
}
