//! Queries over the units of a small world.

use sim_cortex::query::{Filter, Query, Selection, select};
use sim_cortex::scenario::read;

use crate::two_factions::two_factions;

fn found(query: &Query) -> Selection {
    let world = read(&two_factions()).unwrap().1.worlds.remove(0);
    select(&world.unit, query).unwrap()
}

fn where_is(column: &str, filter: Filter) -> Query {
    Query {
        filters: vec![(column.to_owned(), filter)],
        ..Query::default()
    }
}

#[test]
fn filters_choose_live_rows() {
    assert_eq!(found(&Query::default()).slots, [0, 1, 3, 4]);
    assert_eq!(found(&where_is("design", Filter::Exact(0))).slots, [0, 4]);
    let hulls = Filter::Range(11 << 32, 40 << 32);
    assert_eq!(found(&where_is("hp", hulls)).slots, [1, 3]);
    let fleets = Filter::In([0, 2].into());
    assert_eq!(found(&where_is("fleet", fleets)).slots, [0, 3]);
    let mut both = where_is("owner", Filter::Exact(1));
    both.filters.push(("design".to_owned(), Filter::Exact(1)));
    assert_eq!(found(&both).slots, [1]);
}

#[test]
fn rows_are_sorted_and_limited() {
    let query = |descending, limit| Query {
        sort: Some(("hp".to_owned(), descending)),
        limit,
        ..Query::default()
    };
    assert_eq!(found(&query(false, None)).slots, [0, 4, 1, 3]);
    assert_eq!(found(&query(true, None)).slots, [1, 3, 0, 4]);
    let selection = |slots: &[u32], has_more| Selection {
        slots: slots.to_vec(),
        total: 4,
        has_more,
    };
    assert_eq!(found(&query(true, Some(3))), selection(&[1, 3, 0], true));
    assert_eq!(
        found(&query(true, Some(4))),
        selection(&[1, 3, 0, 4], false)
    );
}

#[test]
fn a_column_must_be_there() {
    let world = read(&two_factions()).unwrap().1.worlds.remove(0);
    let error = select(&world.unit, &where_is("morale", Filter::Exact(0)));
    assert_eq!(error.unwrap_err().to_string(), "unit: no column \"morale\"");
}
