//! The digest trees of a whole state, kept up to date by what has been written.
//! Law: PROTOCOL.md, section 3. The rule it is held against: `Universes::digest`. Knows no
//! phase; of a state it changes nothing but who has heard of writes, and what is lent.

use std::sync::Arc;

use rayon::prelude::*;
use shared::digest::{Digest, state_digest, table_digest, universe_digest};
use shared::isa::Isa;
use shared::tree::Tree;

use crate::column::{AnyColumn, Packed, Reader};
use crate::leaves::{LEAF_BYTES, LeafSet};
use crate::schema::TableSpec;
use crate::shards::has_threads;
use crate::tables::SCHEMA;
use crate::universes::Universes;
use crate::world::World;

/// Fewer written leaves than these (0.5 MiB) are hashed sooner by one thread than by several.
const PARALLEL_LEAVES_MIN: usize = 2048;
/// A column of fewer leaves (16 KiB) is hashed where it stands: to lend it would take longer.
const LOAN_LEAVES_MIN: usize = 64;
/// So is a column of which less than one leaf in so many is written: that is less
/// work than the copy that a loan costs when the next turn writes to it.
const LOAN_SHARE: usize = 4;

/// All trees of a state: by universe, table and column in canonical order.
#[derive(Clone, Debug, Default)]
pub struct Forest {
    universes: Vec<u32>,
    columns: Vec<Grown>,
}

/// One column's tree, and the digest of the column that follows from it.
#[derive(Clone, Debug)]
struct Grown {
    tree: Tree,
    rows: u64,
    digest: Digest,
}

/// What a tree has not heard of yet: which leaves are new, of which values.
struct Growth<P> {
    rows: u64,
    leaves: LeafSet,
    values: P,
}

/// Nothing where a column was not written.
type Growths<P> = Vec<Option<Growth<P>>>;

enum Held<'a> {
    Here(&'a [u8]),
    Lent(Arc<dyn Packed>),
}

/// Columns that have been written and are lent, for `settle` on whichever thread.
pub struct Loans(Growths<Arc<dyn Packed>>);

impl Loans {
    /// Number of leaves that have been written.
    #[must_use]
    pub fn leaves(&self) -> usize {
        leaf_count(&self.0)
    }
}

impl Forest {
    /// Returns the forest of a state that has these universes and no rows: all that it does hold
    /// its columns tell as written, when it is new or has been loaded.
    #[must_use]
    pub fn of(state: &Universes) -> Self {
        let universes: Vec<u32> = state.worlds.iter().map(|world| world.id).collect();
        let tables = universes.iter().flat_map(|_| &SCHEMA);
        Self {
            columns: tables.flat_map(bare).collect(),
            universes,
        }
    }

    /// Takes over all that has been written since the last time.
    pub fn update(&mut self, state: &mut Universes, isa: Isa) {
        let here = growths(state, |column, _| Held::Here(column.payload()));
        let (here, _) = apart(here);
        self.grow(&here, isa);
    }

    /// Takes over what has been written to columns that are written in few places, and lends the
    /// others. `settle` comes next, whatever is written meanwhile.
    #[must_use]
    pub fn update_or_lend(&mut self, state: &mut Universes, isa: Isa) -> Loans {
        let all = growths(state, |column, leaves| {
            let whole = column.payload().len().div_ceil(LEAF_BYTES);
            if whole < LOAN_LEAVES_MIN || leaves.len() * LOAN_SHARE < whole {
                Held::Here(column.payload())
            } else {
                Held::Lent(column.lend_packed())
            }
        });
        let (here, lent) = apart(all);
        self.grow(&here, isa);
        lent
    }

    /// Takes over what was lent.
    pub fn settle(&mut self, loans: &Loans, isa: Isa) {
        self.grow(&loans.0, isa);
    }

    /// Returns the state digest, as the state of `turn`.
    #[must_use]
    pub fn digest(&self, schema_digest: &Digest, scenario_digest: &Digest, turn: u64) -> Digest {
        let mut columns = self.columns.iter();
        let universes: Vec<(u32, Digest)> = self
            .universes
            .iter()
            .map(|id| {
                let tables = SCHEMA.iter().map(|spec| digest_of(spec, &mut columns));
                (*id, universe_digest(*id, &tables.collect::<Vec<_>>()))
            })
            .collect();
        state_digest(schema_digest, scenario_digest, turn, &universes)
    }

    /// The tops of all columns.
    pub fn tops(&self) -> impl Iterator<Item = Digest> + '_ {
        self.columns.iter().map(|column| column.tree.top())
    }

    /// Returns `count` digests of a level of one column's tree from node `first` on; nothing if
    /// there is no such universe, table, column, level or node.
    #[must_use]
    pub fn nodes(
        &self,
        (universe, table, column): (u32, &str, &str),
        level: u32,
        first: u64,
        count: u64,
    ) -> Option<&[Digest]> {
        let named = self.universes.iter().flat_map(|id| {
            let tables = SCHEMA.iter();
            tables
                .flat_map(move |table| table.columns.iter().map(move |c| (*id, table.name, c.name)))
        });
        let mut named = named.zip(&self.columns);
        let (_, found) = named.find(|(name, _)| *name == (universe, table, column))?;
        let first = usize::try_from(first).ok()?;
        let end = first.checked_add(usize::try_from(count).ok()?)?;
        found.tree.nodes(level)?.get(first..end)
    }

    /// Bytes that the trees hold.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.columns.iter().map(|column| column.tree.memory()).sum()
    }

    fn grow<P: Payload>(&mut self, growths: &Growths<P>, isa: Isa) {
        assert!(
            growths.len() == self.columns.len(),
            "another state's columns"
        );
        let each = |(column, growth): (&mut Grown, &Option<Growth<P>>)| {
            if let Some(growth) = growth {
                column.grow(growth, isa);
            }
        };
        if has_threads() && leaf_count(growths) >= PARALLEL_LEAVES_MIN {
            self.columns.par_iter_mut().zip(growths).for_each(each);
        } else {
            self.columns.iter_mut().zip(growths).for_each(each);
        }
    }
}

impl Grown {
    fn grow<P: Payload>(&mut self, growth: &Growth<P>, isa: Isa) {
        self.tree
            .update(isa, growth.values.bytes(), growth.leaves.runs());
        self.rows = growth.rows;
        self.digest = self.tree.digest(self.rows);
    }
}

/// The packed values of a growth, held in one way or another.
trait Payload: Send + Sync {
    fn bytes(&self) -> &[u8];
}

impl Payload for &[u8] {
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl Payload for Arc<dyn Packed> {
    fn bytes(&self) -> &[u8] {
        self.payload()
    }
}

fn bare(table: &'static TableSpec) -> impl Iterator<Item = Grown> {
    table.columns.iter().map(|column| {
        let tree = Tree::new(table.name, column.name);
        let digest = tree.digest(0);
        Grown {
            tree,
            rows: 0,
            digest,
        }
    })
}

/// Hears of all written leaves, and holds the values of each written column.
fn growths<'a>(
    state: &'a mut Universes,
    hold: impl Fn(&'a mut dyn AnyColumn, &LeafSet) -> Held<'a>,
) -> Growths<Held<'a>> {
    let mut growths = Vec::new();
    for table in state.worlds.iter_mut().flat_map(World::tables_mut) {
        let rows = u64::from(table.rows());
        for column in table.columns_mut() {
            let leaves = column.take_touched(Reader::Digest);
            let growth = (!leaves.is_empty()).then(|| Growth {
                rows,
                values: hold(column, &leaves),
                leaves,
            });
            growths.push(growth);
        }
    }
    growths
}

fn apart(all: Growths<Held<'_>>) -> (Growths<&[u8]>, Loans) {
    let (mut here, mut lent) = (Vec::new(), Vec::new());
    for growth in all {
        let (near, far) = match growth {
            Some(Growth {
                rows,
                leaves,
                values: Held::Here(values),
            }) => (
                Some(Growth {
                    rows,
                    leaves,
                    values,
                }),
                None,
            ),
            Some(Growth {
                rows,
                leaves,
                values: Held::Lent(values),
            }) => (
                None,
                Some(Growth {
                    rows,
                    leaves,
                    values,
                }),
            ),
            None => (None, None),
        };
        here.push(near);
        lent.push(far);
    }
    (here, Loans(lent))
}

fn leaf_count<P>(growths: &Growths<P>) -> usize {
    let told = growths.iter().flatten();
    told.map(|growth| growth.leaves.len()).sum()
}

fn digest_of<'a>(spec: &TableSpec, columns: &mut impl Iterator<Item = &'a Grown>) -> Digest {
    let columns: Vec<&Grown> = columns.take(spec.columns.len()).collect();
    let rows = columns.first().map_or(0, |column| column.rows);
    let digests: Vec<Digest> = columns.iter().map(|column| column.digest).collect();
    table_digest(spec.name, rows, &digests)
}
