//! The byte notation of PROTOCOL.md: `u32(x)`, `u64(x)`, `text(s)`, joined one after the other.
//! Used by keys, ledger, events and digests; knows none of them.

/// Bytes under construction.
#[derive(Default)]
pub(crate) struct Material(Vec<u8>);

impl Material {
    /// No bytes yet, and room for so many.
    pub(crate) fn of_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn u32(self, value: u32) -> Self {
        self.raw(&value.to_le_bytes())
    }

    pub(crate) fn u64(self, value: u64) -> Self {
        self.raw(&value.to_le_bytes())
    }

    pub(crate) fn i64(self, value: i64) -> Self {
        self.raw(&value.to_le_bytes())
    }

    /// A count that the protocol writes as u32.
    pub(crate) fn count_u32(self, count: usize) -> Self {
        let Ok(count) = u32::try_from(count) else {
            panic!("{count} things do not fit the protocol's u32");
        };
        self.u32(count)
    }

    /// A count that the protocol writes as u64.
    pub(crate) fn count_u64(self, count: usize) -> Self {
        let Ok(count) = u64::try_from(count) else {
            panic!("{count} things do not fit the protocol's u64");
        };
        self.u64(count)
    }

    pub(crate) fn text(self, text: &str) -> Self {
        self.count_u32(text.len()).raw(text.as_bytes())
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        self.0
    }

    /// `H(context, material)` of the protocol: BLAKE3 in its key derivation mode.
    pub(crate) fn derived(&self, context: &str) -> [u8; 32] {
        blake3::derive_key(context, &self.0)
    }
}
