//! The digest tree of one column, kept: an update hashes what was touched and what is above it.
//! An accelerator of `digest::column_digest`, against which it is tested. Law: PROTOCOL.md, section
//! 3. Knows no values: who touches which leaf is told, not found.

use std::iter::once;
use std::ops::Range;

use crate::batch::{BatchKey, keyed_many};
use crate::digest::{self, Digest, FAN_OUT, column_of_top, keyed, node_key};
use crate::isa::Isa;

/// Payload bytes of a leaf.
pub const LEAF_BYTES: usize = digest::LEAF_BYTES;
const NODE_BYTES: usize = FAN_OUT * size_of::<Digest>();
/// Lanes of the widest vectors, and consecutive pieces that each lane gets one after another.
const LANES: usize = 16;
const RUN: usize = 8;
/// Pieces that are gathered before they are hashed.
const GATHERED: usize = LANES * RUN;

/// All digests of one column's tree, each level a flat array.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    table: String,
    column: String,
    /// Payload bytes of the column.
    bytes: usize,
    /// From the leaves up to the level of one digest; none for a column of no bytes.
    levels: Vec<Vec<Digest>>,
    /// By level; those that a lower tree does not use are kept.
    keys: Vec<LevelKey>,
    /// Runs of nodes to be hashed, of the level at hand and of the next. Kept for their memory.
    due: Vec<Range<usize>>,
    due_above: Vec<Range<usize>>,
}

#[derive(Clone, Debug)]
struct LevelKey {
    plain: Digest,
    batch: BatchKey,
}

impl Tree {
    /// Returns the tree of a column of no bytes.
    #[must_use]
    pub fn new(table: &str, column: &str) -> Self {
        Self {
            table: table.to_owned(),
            column: column.to_owned(),
            ..Self::default()
        }
    }

    /// Makes this the tree of `payload`. `touched` tells every leaf that differs from the last
    /// update's, as ascending runs; leaves beyond the payload's end are passed over, and leaves at
    /// and behind the shorter one's last are hashed anyway if the length has changed.
    pub fn update(
        &mut self,
        isa: Isa,
        payload: &[u8],
        touched: impl Iterator<Item = Range<usize>>,
    ) {
        let leaves = payload.len().div_ceil(LEAF_BYTES);
        let tail = self.resize(payload.len());
        let touched = touched.map(|run| run.start..run.end.min(tail));
        let runs = touched
            .chain(once(tail..leaves))
            .filter(|run| !run.is_empty());
        let mut levels = self.levels.iter_mut().zip(&self.keys);
        let Some((mut below, key)) = levels.next() else {
            return;
        };
        self.due.clear();
        let runs = runs.inspect(|run| note_parents(run, &mut self.due));
        if let Some(rest) = rehash::<LEAF_BYTES>(isa, key, payload, runs, below) {
            let mut padded = [0; LEAF_BYTES];
            let bytes = padded.iter_mut().zip(rest.bytes);
            bytes.for_each(|(to, from)| *to = *from);
            *rest.digest = keyed(&key.plain, &padded);
        }
        for (level, key) in levels {
            self.due_above.clear();
            let runs = self.due.iter().cloned();
            let runs = runs.inspect(|run| note_parents(run, &mut self.due_above));
            let bytes = below.as_flattened();
            if let Some(rest) = rehash::<NODE_BYTES>(isa, key, bytes, runs, level) {
                *rest.digest = keyed(&key.plain, rest.bytes);
            }
            std::mem::swap(&mut self.due, &mut self.due_above);
            below = level;
        }
    }

    /// Returns the tree's top: 32 zero bytes for a column of no bytes.
    #[must_use]
    pub fn top(&self) -> Digest {
        let top = self.levels.last().and_then(|level| level.first());
        top.copied().unwrap_or_default()
    }

    /// Returns the digest of the column, of `rows` values.
    #[must_use]
    pub fn digest(&self, rows: u64) -> Digest {
        column_of_top(&self.table, &self.column, rows, self.bytes, &self.top())
    }

    /// Returns the digests of a level, 0 being the leaves; nothing above the top.
    #[must_use]
    pub fn nodes(&self, level: u32) -> Option<&[Digest]> {
        if self.levels.is_empty() && level == 0 {
            return Some(&[]);
        }
        self.levels.get(level as usize).map(Vec::as_slice)
    }

    /// Returns the bytes of memory that the tree holds.
    #[must_use]
    pub fn memory(&self) -> usize {
        let digests: usize = self.levels.iter().map(Vec::capacity).sum();
        let runs = self.due.capacity() + self.due_above.capacity();
        let keys = self.keys.capacity() * size_of::<LevelKey>();
        let vectors = self.levels.capacity() * size_of::<Vec<Digest>>();
        let names = self.table.capacity() + self.column.capacity();
        let held = digests * size_of::<Digest>() + runs * size_of::<Range<usize>>();
        held + keys + vectors + names + size_of::<Self>()
    }

    /// Gives every level its length for a payload of `bytes`, and returns the first of the leaves
    /// that are hashed whether they were touched or not.
    fn resize(&mut self, bytes: usize) -> usize {
        let old_leaves = self.bytes.div_ceil(LEAF_BYTES);
        let leaves = bytes.div_ceil(LEAF_BYTES);
        if bytes == self.bytes {
            return leaves;
        }
        self.bytes = bytes;
        let mut height = 0;
        let mut count = leaves;
        while count > 0 {
            self.resize_level(height, count);
            height += 1;
            // One digest is the top, and has none above it.
            count = if count == 1 {
                0
            } else {
                count.div_ceil(FAN_OUT)
            };
        }
        self.levels.truncate(height);
        old_leaves.min(leaves).saturating_sub(1)
    }

    fn resize_level(&mut self, level: usize, count: usize) {
        if self.keys.len() <= level {
            let Ok(number) = u32::try_from(level) else {
                unreachable!("no payload in memory has so many levels");
            };
            let plain = node_key(&self.table, &self.column, number);
            let batch = BatchKey::new(&plain);
            self.keys.push(LevelKey { plain, batch });
        }
        if self.levels.len() <= level {
            self.levels.push(Vec::new());
        }
        if let Some(digests) = self.levels.get_mut(level) {
            // A sixteenth more, not twice as much: columns grow by few rows, and memory is bounded.
            if digests.capacity() < count {
                let more = if digests.is_empty() {
                    0
                } else {
                    count / FAN_OUT
                };
                digests.reserve_exact(count + more - digests.len());
            }
            digests.resize(count, Digest::default());
        }
    }
}

/// Notes the parents of a run's nodes; each once, since runs ascend.
fn note_parents(run: &Range<usize>, parents: &mut Vec<Range<usize>>) {
    let (first, end) = (run.start / FAN_OUT, run.end.div_ceil(FAN_OUT));
    match parents.last_mut() {
        Some(last) if (last.start..=last.end).contains(&first) => last.end = last.end.max(end),
        _ => parents.push(first..end),
    }
}

/// The last piece, if it is due and shorter than the others, and where its digest belongs.
struct Rest<'a> {
    bytes: &'a [u8],
    digest: &'a mut Digest,
}

/// Hashes the whole pieces of those runs; the rest is for the caller.
fn rehash<'a, const N: usize>(
    isa: Isa,
    key: &LevelKey,
    bytes: &'a [u8],
    runs: impl Iterator<Item = Range<usize>>,
    digests: &'a mut [Digest],
) -> Option<Rest<'a>> {
    let (whole, rest) = bytes.as_chunks::<N>();
    let mut lanes = Lanes::new(isa, &key.batch);
    let mut is_rest_due = false;
    for run in runs {
        is_rest_due |= run.end > whole.len();
        lanes.hash(run.start..run.end.min(whole.len()), whole, digests);
    }
    lanes.hash_gathered(digests);
    let digest = digests.last_mut().filter(|_| is_rest_due)?;
    Some(Rest {
        bytes: rest,
        digest,
    })
}

/// Pieces of one level on their way through the lanes.
struct Lanes<'a, const N: usize> {
    isa: Isa,
    key: &'a BatchKey,
    /// Those that are gathered, crossed, and where their digests belong.
    pieces: [&'a [u8; N]; GATHERED],
    places: [usize; GATHERED],
    gathered: usize,
    crossed: [&'a [u8; N]; GATHERED],
    made: [Digest; GATHERED],
}

impl<'a, const N: usize> Lanes<'a, N> {
    fn new(isa: Isa, key: &'a BatchKey) -> Self {
        Self {
            isa,
            key,
            pieces: [&[0; N]; GATHERED],
            places: [0; GATHERED],
            gathered: 0,
            crossed: [&[0; N]; GATHERED],
            made: [Digest::default(); GATHERED],
        }
    }

    /// Hashes the blocks of a run of pieces, and gathers what is over.
    fn hash(&mut self, run: Range<usize>, whole: &'a [[u8; N]], digests: &mut [Digest]) {
        let pieces = whole.get(run.clone()).unwrap_or_default();
        let (blocks, over) = pieces.as_chunks::<GATHERED>();
        let to = digests.get_mut(run.clone()).unwrap_or_default();
        for (block, to) in blocks.iter().zip(to.as_chunks_mut::<GATHERED>().0) {
            cross(&block.each_ref(), &mut self.crossed);
            keyed_many(self.isa, self.key, &self.crossed, &mut self.made);
            uncross(&self.made, to);
        }
        for (place, piece) in (run.end - over.len()..).zip(over) {
            self.gather(place, piece);
            if self.gathered == GATHERED {
                self.hash_gathered(digests);
            }
        }
    }

    /// Puts a piece where `cross` would bring it.
    fn gather(&mut self, place: usize, piece: &'a [u8; N]) {
        let at = self.gathered % RUN * LANES + self.gathered / RUN;
        if let (Some(to), Some(to_place)) = (self.pieces.get_mut(at), self.places.get_mut(at)) {
            (*to, *to_place) = (piece, place);
        }
        self.gathered += 1;
    }

    fn hash_gathered(&mut self, digests: &mut [Digest]) {
        let count = std::mem::take(&mut self.gathered);
        let mut places = self.places;
        let pieces = if count == GATHERED {
            &self.pieces
        } else {
            uncross(&self.places, &mut places);
            uncross(&self.pieces, &mut self.crossed);
            &self.crossed
        };
        let (Some(pieces), Some(made)) = (pieces.get(..count), self.made.get_mut(..count)) else {
            unreachable!("no more than {GATHERED} are gathered");
        };
        keyed_many(self.isa, self.key, pieces, made);
        for (place, digest) in places.iter().zip(made) {
            if let Some(to) = digests.get_mut(*place) {
                *to = *digest;
            }
        }
    }
}

/// Gives each lane a run of consecutive pieces, so that memory is read in as few streams as lanes.
/// Pieces side by side in the lanes would be read in strides: a cold tree takes 1.5 times as long.
fn cross<T: Copy>(pieces: &[T; GATHERED], crossed: &mut [T; GATHERED]) {
    for (lane, run) in pieces.as_chunks::<RUN>().0.iter().enumerate() {
        let to = crossed.iter_mut().skip(lane).step_by(LANES);
        to.zip(run).for_each(|(to, piece)| *to = *piece);
    }
}

/// Takes back what `cross` does.
fn uncross<T: Copy>(crossed: &[T; GATHERED], pieces: &mut [T; GATHERED]) {
    for (lane, run) in pieces.as_chunks_mut::<RUN>().0.iter_mut().enumerate() {
        let from = crossed.iter().skip(lane).step_by(LANES);
        run.iter_mut()
            .zip(from)
            .for_each(|(to, piece)| *to = *piece);
    }
}
