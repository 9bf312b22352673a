//! Instruction sets that kernels are written for, and which of them this machine has.
//! Law: PROTOCOL.md, section 6.6. Every kernel gives the same results on every set: a set decides
//! speed and nothing else, and whoever starts a run chooses it. Knows no kernel, no environment.

/// An instruction set that kernels are written for, the plainest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Isa {
    /// What every machine of its kind has: no vectors on x86-64, NEON on aarch64.
    Portable,
    /// SSE4.1.
    Sse41,
    /// AVX2.
    Avx2,
    /// AVX-512 with its parts F, DQ and VL.
    Avx512,
}

/// There is no instruction set of that name, or not on this machine.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("instruction set: expected one of {here}, found {name:?}")]
pub struct AbsentIsa {
    /// The set asked for.
    pub name: String,
    /// Names of the sets that this machine has.
    pub here: String,
}

impl Isa {
    const ALL: [Self; 4] = [Self::Portable, Self::Sse41, Self::Avx2, Self::Avx512];

    /// Returns the sets that this machine has, the plainest first.
    pub fn here() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|isa| isa.is_here())
    }

    /// Returns the fastest set that this machine has.
    #[must_use]
    pub fn best() -> Self {
        Self::here().last().unwrap_or(Self::Portable)
    }

    /// Returns the set of that name: `baseline`, `sse41`, `avx2` or `avx512`.
    ///
    /// # Errors
    /// No set of that name, or this machine does not have it.
    pub fn named(name: &str) -> Result<Self, AbsentIsa> {
        let found = Self::here().find(|isa| isa.name() == name);
        found.ok_or_else(|| AbsentIsa {
            name: name.to_owned(),
            here: Self::here().map(Self::name).collect::<Vec<_>>().join(", "),
        })
    }

    /// The set's name, as `named` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "baseline",
            Self::Sse41 => "sse41",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Tells whether this machine has the set.
    #[must_use]
    #[cfg(target_arch = "x86_64")]
    pub fn is_here(self) -> bool {
        match self {
            Self::Portable => true,
            Self::Sse41 => is_x86_feature_detected!("sse4.1"),
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
        }
    }

    /// Tells whether this machine has the set.
    #[must_use]
    #[cfg(not(target_arch = "x86_64"))]
    pub fn is_here(self) -> bool {
        self == Self::Portable
    }
}
