//! Sketches against a plain version that is written from the protocol, one row after another.

use proptest::prelude::*;
use shared::isa::Isa;
use shared::sketch::{CELLS_MAX, ChangedTable, ChangedUniverse, SketchError, sketch};

/// Universe id, and for each table its name, its slots and its columns: width and values.
type Universe = (u32, Vec<Table>);
type Table = (String, Vec<u32>, Vec<(usize, Vec<u8>)>);

fn sketch_of(universes: &[Universe], cells: u32) -> Result<Vec<u8>, SketchError> {
    sketch_on(Isa::best(), universes, cells)
}

fn sketch_on(isa: Isa, universes: &[Universe], cells: u32) -> Result<Vec<u8>, SketchError> {
    let columns = universes.iter().map(|(_, tables)| {
        let tables = tables.iter().map(|(_, _, columns)| {
            let columns = columns
                .iter()
                .map(|(width, values)| (*width, values.as_slice()));
            columns.collect::<Vec<_>>()
        });
        tables.collect::<Vec<_>>()
    });
    let columns = columns.collect::<Vec<_>>();
    let tables = universes
        .iter()
        .zip(&columns)
        .map(|((_, tables), columns)| {
            let tables = tables.iter().zip(columns);
            let tables = tables.map(|((name, slots, _), columns)| ChangedTable {
                name,
                slots,
                columns,
            });
            tables.collect::<Vec<_>>()
        });
    let tables = tables.collect::<Vec<_>>();
    let universes = universes.iter().zip(&tables);
    let universes = universes.map(|((id, _), tables)| ChangedUniverse { id: *id, tables });
    sketch(isa, &universes.collect::<Vec<_>>(), cells)
}

fn row_digest(table: &str, universe: u32, slot: u32, values: &[u8]) -> u64 {
    let length = u32::try_from(table.len()).unwrap();
    let named = [&length.to_le_bytes(), table.as_bytes()].concat();
    let key = blake3::derive_key("vr-verify 2026-11 sketch row v1", &named);
    let mut row = [&universe.to_le_bytes(), &slot.to_le_bytes(), values].concat();
    while row.len() % 64 != 0 {
        row.push(0);
    }
    let digest = blake3::keyed_hash(&key, &row);
    u64::from_le_bytes(digest.as_bytes()[..8].try_into().unwrap())
}

fn mix(number: u64) -> u64 {
    let product = |a: u64, b: u64| {
        let whole = u128::from(a) * u128::from(b) % (1_u128 << 64);
        u64::try_from(whole).unwrap()
    };
    let number = product(number ^ (number >> 30), 0xbf58_476d_1ce4_e5b9);
    let number = product(number ^ (number >> 27), 0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn naive(universes: &[Universe], cells: u32) -> Vec<u8> {
    let size = cells as usize;
    let (mut counts, mut marks, mut digests) = (vec![0_u64; size], vec![0; size], vec![0; size]);
    for (ordinal, (universe, tables)) in (0_u64..).zip(universes) {
        for (table_ordinal, (table, slots, columns)) in (0_u64..).zip(tables) {
            for (row, &slot) in slots.iter().enumerate() {
                let value = |(width, values): &(usize, Vec<u8>)| {
                    values[row * width..(row + 1) * width].to_vec()
                };
                let values = columns.iter().flat_map(value).collect::<Vec<_>>();
                let digest = row_digest(table, *universe, slot, &values);
                let name = (ordinal << 48) + (table_ordinal << 32) + u64::from(slot);
                for third in 0..3_u64 {
                    let window = (digest >> (21 * third)) % (1 << 21);
                    let each = u64::from(cells) / 3;
                    let cell = usize::try_from(third * each + ((window * each) >> 21)).unwrap();
                    counts[cell] = (counts[cell] + 1) % (1 << 16);
                    marks[cell] ^= mix(name ^ digest);
                    digests[cell] ^= digest;
                }
            }
        }
    }
    let counts = counts
        .iter()
        .flat_map(|count| count.to_le_bytes()[..2].to_vec());
    let wide = marks
        .iter()
        .chain(&digests)
        .flat_map(|word| word.to_le_bytes());
    let head = cells.to_le_bytes().into_iter();
    head.chain(counts).chain(wide).collect()
}

fn table() -> impl Strategy<Value = Table> {
    let widths = prop::collection::vec(prop::sample::select(vec![1, 2, 3, 4, 8, 255]), 0..6);
    (
        "[a-z]{1,9}",
        prop::collection::btree_set(any::<u32>(), 0..200),
        widths,
        any::<u8>(),
    )
        .prop_map(|(name, slots, widths, seed)| {
            let rows = slots.len();
            let values = |width: usize| {
                let bytes = (seed..=255).chain(0..seed).cycle();
                (width, bytes.take(width * rows).collect::<Vec<_>>())
            };
            let columns = widths.into_iter().map(values).collect();
            (name, slots.into_iter().collect(), columns)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_sketch_is_that_of_the_protocol(
        universes in prop::collection::vec(
            (any::<u32>(), prop::collection::vec(table(), 0..4)), 0..3
        ),
        thirds in prop_oneof![1_u32..200, Just(CELLS_MAX / 3)],
    ) {
        let expected = naive(&universes, 3 * thirds);
        for isa in Isa::here() {
            let found = sketch_on(isa, &universes, 3 * thirds);
            prop_assert_eq!(found.as_ref(), Ok(&expected), "{}", isa.name());
        }
    }
}

/// One table of 1,000 changed rows of 4 bytes, the values `by` apart.
fn thousand(by: u8) -> Vec<Universe> {
    let values = (0..4000_u32).map(|at| (at % 251).to_le_bytes()[0].wrapping_mul(by));
    let column = (4, values.collect::<Vec<_>>());
    vec![(
        0,
        vec![("unit".to_owned(), (0..1000).collect(), vec![column])],
    )]
}

#[test]
fn any_other_value_slot_table_or_universe_is_another_sketch() {
    let clean = thousand(1);
    let mut value = clean.clone();
    value[0].1[0].2[0].1[3999] ^= 1;
    let mut slot = clean.clone();
    slot[0].1[0].1[999] = 1000;
    let mut named = clean.clone();
    named[0].1[0].0 = "units".to_owned();
    let mut universe = clean.clone();
    universe[0].0 = 1;
    let mut ordinal = clean.clone();
    ordinal[0]
        .1
        .insert(0, ("empty".to_owned(), vec![], vec![(4, vec![])]));
    let of = |universes: &[Universe]| sketch_of(universes, 96).unwrap();
    for planted in [value, slot, named, universe, ordinal] {
        assert_ne!(of(&planted), of(&clean));
    }
    assert_eq!(of(&thousand(1)), of(&clean));
}

#[test]
fn no_changed_rows_are_cells_of_zeros() {
    let empty = sketch_of(&[], 96).unwrap();
    assert_eq!(empty.len(), 4 + 18 * 96);
    assert_eq!(empty[..4], 96_u32.to_le_bytes());
    assert!(empty[4..].iter().all(|&byte| byte == 0));
    assert_ne!(sketch_of(&thousand(1), 96).unwrap(), empty);
}

#[test]
fn cells_that_no_sketch_has_are_refused() {
    for cells in [0, 1, 2, 4, 97, CELLS_MAX + 3, u32::MAX] {
        assert_eq!(sketch_of(&[], cells), Err(SketchError::Cells(cells)));
    }
    for cells in [3, 96, CELLS_MAX] {
        assert!(sketch_of(&[], cells).is_ok());
    }
}

#[test]
#[should_panic(expected = "unit: 4 bytes in 2 rows")]
fn a_column_of_another_length_is_a_bug() {
    let universe = (
        0,
        vec![("unit".to_owned(), vec![1, 2], vec![(4, vec![0; 4])])],
    );
    let _ = sketch_of(&[universe], 96);
}
