//! Instruction sets by name. Placeholder of a face: the kernels come with it.
//! Law: PROTOCOL.md, section 6.6.

/// An instruction set, ascending.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Isa {
    /// What every machine has.
    Portable,
    /// SSE 4.1.
    Sse41,
    /// AVX2.
    Avx2,
    /// AVX-512.
    Avx512,
}

impl Isa {
    /// The best that this machine has.
    #[must_use]
    pub fn best() -> Self {
        Self::Portable
    }

    /// Returns the set of a name.
    ///
    /// # Errors
    /// There is no such name, or the machine has no such set.
    pub fn named(name: &str) -> Result<Self, String> {
        match name {
            "baseline" => Ok(Self::Portable),
            _ => Err(format!("expected baseline, found {name:?}")),
        }
    }
}
