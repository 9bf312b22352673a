//! Queries over the units of a small world.

use proptest::prelude::*;
use shared::fx::Fx;
use sim_cortex::query::{Filter, Query, Selection, select};
use sim_cortex::scenario::read;
use sim_cortex::{Table, World};

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

/// The rows of a query by the plain way: look at each row, sort all, cut.
fn plainly(world: &World, query: &Query) -> Selection {
    let raw = |name: &str, slot| world.column("unit", name).unwrap().1.raw(slot);
    let passes = |slot: &u32| {
        query.filters.iter().all(|(name, filter)| {
            let raw = raw(name, *slot);
            match filter {
                Filter::Exact(value) => raw == *value,
                Filter::Range(min, max) => (*min..=*max).contains(&raw),
                Filter::In(values) => values.contains(&raw),
            }
        })
    };
    let mut slots: Vec<u32> = world.unit.slots().live().filter(passes).collect();
    if let Some((name, descending)) = &query.sort {
        let sign = if *descending { -1 } else { 1 };
        slots.sort_by_key(|slot| sign * i128::from(raw(name, *slot)));
    }
    let total = slots.len();
    slots.truncate(query.limit.unwrap_or(total));
    let has_more = slots.len() < total;
    Selection {
        slots,
        total,
        has_more,
    }
}

fn filters() -> impl Strategy<Value = Vec<(String, Filter)>> {
    let value = || -1_i64..6;
    let filter = prop_oneof![
        value().prop_map(Filter::Exact),
        (value(), value()).prop_map(|(min, max)| Filter::Range(min, max)),
        prop::collection::btree_set(value(), 0..4).prop_map(Filter::In),
    ];
    let named = (prop::sample::select(&["hp", "shield", "kills"][..]), filter);
    let named = named.prop_map(|(name, filter)| (name.to_owned(), filter));
    prop::collection::vec(named, 0..3)
}

proptest! {
    #[test]
    fn a_query_gives_what_the_plain_way_gives(
        rows in prop::collection::vec((any::<bool>(), -1_i64..5, 0_i64..5, 0_u32..3), 0..90),
        filters in filters(),
        sort in prop::option::of((prop::sample::select(&["hp", "kills"][..]), any::<bool>())),
        limit in prop::option::of(0_usize..100),
    ) {
        let mut world = World::default();
        for &(_, hp, shield, kills) in &rows {
            let slot = world.unit.create();
            world.unit.hp[slot] = Fx(if hp < 0 { i64::MIN } else { hp });
            world.unit.shield[slot] = Fx(shield);
            world.unit.kills[slot] = kills;
        }
        for (slot, (lives, ..)) in (0_u32..).zip(&rows) {
            if !lives {
                world.unit.free(slot);
            }
        }
        let sort = sort.map(|(name, descending)| (name.to_owned(), descending));
        let query = Query { filters, sort, limit };
        prop_assert_eq!(select(&world.unit, &query).unwrap(), plainly(&world, &query));
    }
}
