//! The digest tree of one column, kept up to date. Placeholder of a face: plain and slow.
//! Law: PROTOCOL.md, section 3.

use crate::digest::Digest;
use crate::isa::Isa;
use crate::material::Material;

const LEAF_BYTES: usize = 256;
const FAN_OUT: usize = 16;

/// One column's tree.
#[derive(Clone, Debug)]
pub struct Tree {
    table: String,
    column: String,
    bytes: usize,
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// Returns the tree of a column of no bytes.
    #[must_use]
    pub fn new(table: &str, column: &str) -> Self {
        let (table, column) = (table.to_owned(), column.to_owned());
        Self {
            table,
            column,
            bytes: 0,
            levels: Vec::new(),
        }
    }

    /// Takes over the leaves of `payload` that are touched: all that differ or are new.
    pub fn update(&mut self, _isa: Isa, payload: &[u8], touched: impl Iterator<Item = usize>) {
        let count = payload.len().div_ceil(LEAF_BYTES);
        let last = count.checked_sub(1).filter(|_| self.bytes != payload.len());
        let mut leaves = std::mem::take(&mut self.levels).into_iter().next();
        let mut leaves = leaves.take().unwrap_or_default();
        leaves.resize(count, [0; 32]);
        let key = self.key(0);
        for leaf in touched.chain(last) {
            let mut padded = [0; LEAF_BYTES];
            let piece = payload.iter().skip(leaf * LEAF_BYTES);
            padded
                .iter_mut()
                .zip(piece)
                .for_each(|(to, from)| *to = *from);
            if let Some(digest) = leaves.get_mut(leaf) {
                *digest = *blake3::keyed_hash(&key, &padded).as_bytes();
            }
        }
        self.bytes = payload.len();
        self.levels = vec![leaves];
        while let Some(below) = self.levels.last().filter(|level| level.len() > 1) {
            let key = self.key(u32::try_from(self.levels.len()).unwrap_or(u32::MAX));
            let groups = below.chunks(FAN_OUT).map(<[Digest]>::as_flattened);
            let nodes = groups.map(|group| *blake3::keyed_hash(&key, group).as_bytes());
            let nodes = nodes.collect();
            self.levels.push(nodes);
        }
    }

    /// The top: 32 zero bytes for a column of no bytes.
    #[must_use]
    pub fn top(&self) -> Digest {
        let top = self.levels.last().and_then(|level| level.last());
        top.copied().unwrap_or_default()
    }

    /// The digest of the column, of `rows` values.
    #[must_use]
    pub fn digest(&self, rows: u64) -> Digest {
        let named = Material::default().text(&self.table).text(&self.column);
        let sized = named.u64(rows).count_u64(self.bytes);
        sized
            .raw(&self.top())
            .derived("vr-verify 2026-11 column v1")
    }

    /// Digests of a level, nothing above the top.
    #[must_use]
    pub fn nodes(&self, level: u32) -> Option<&[Digest]> {
        self.levels.get(level as usize).map(Vec::as_slice)
    }

    /// Bytes that the tree holds.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.levels.iter().map(|level| level.len() * 32).sum()
    }

    fn key(&self, level: u32) -> Digest {
        let named = Material::default().text(&self.table).text(&self.column);
        named.u32(level).derived("vr-verify 2026-11 column node v1")
    }
}
