//! Instruction sets: which this machine has, and which one the process uses.
//! Law: PROTOCOL.md, section 6.6. Every kernel gives the same results on every set, so this decides
//! speed and nothing else. Knows no kernel and reads no environment.

use std::sync::OnceLock;

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

/// Why an instruction set cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IsaError {
    /// There is no such set, or not on this machine.
    #[error("instruction set: expected one of {here}, found {name:?}")]
    Absent {
        /// The set asked for.
        name: String,
        /// Names of the sets that this machine has.
        here: String,
    },
    /// Kernels have run, or another set was chosen: a process has one.
    #[error("instruction set: expected {chosen}, which is in use, found {name}")]
    InUse {
        /// The set asked for.
        name: &'static str,
        /// The set that stays.
        chosen: &'static str,
    },
}

static CHOSEN: OnceLock<Isa> = OnceLock::new();

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
    pub fn named(name: &str) -> Result<Self, IsaError> {
        let found = Self::here().find(|isa| isa.name() == name);
        found.ok_or_else(|| absent(name))
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
    pub fn is_here(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        return match self {
            Self::Portable => true,
            Self::Sse41 => is_x86_feature_detected!("sse4.1"),
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
        };
        #[cfg(not(target_arch = "x86_64"))]
        return self == Self::Portable;
    }
}

/// Returns the set that this process uses: the best, unless another was chosen before.
#[must_use]
pub fn chosen() -> Isa {
    *CHOSEN.get_or_init(Isa::best)
}

/// Chooses the set that this process uses from now on. Choosing the same one again is no error.
///
/// # Errors
/// This machine does not have it, or another one is in use already.
pub fn choose(isa: Isa) -> Result<(), IsaError> {
    if !isa.is_here() {
        return Err(absent(isa.name()));
    }
    let chosen = *CHOSEN.get_or_init(|| isa);
    if chosen == isa {
        return Ok(());
    }
    Err(IsaError::InUse {
        name: isa.name(),
        chosen: chosen.name(),
    })
}

fn absent(name: &str) -> IsaError {
    let here: Vec<_> = Isa::here().map(Isa::name).collect();
    IsaError::Absent {
        name: name.to_owned(),
        here: here.join(", "),
    }
}
