//! Two pieces of work, measured in turn: A B B A, then B A A B, so that drift cancels.
//! The middle two of a round are the same work, which is the control.

use std::error::Error;

/// Nanoseconds of a sample, or why it cannot be taken.
pub type Sample = Result<u64, Box<dyn Error>>;

/// Four samples in the order in which they were taken.
pub type Round = [u64; 4];

/// What a row compares. A sample times what counts and prepares what does not.
pub trait Pair {
    /// Measures the work that the row is about.
    fn a(&mut self) -> Sample;

    /// Measures what it is held against.
    fn b(&mut self) -> Sample;
}

/// Two closures as a pair.
pub struct Both<A, B>(pub A, pub B);

impl<A: FnMut() -> Sample, B: FnMut() -> Sample> Pair for Both<A, B> {
    fn a(&mut self) -> Sample {
        self.0()
    }

    fn b(&mut self) -> Sample {
        self.1()
    }
}

/// Measures `count` rounds after a warm-up; the first one begins with A.
pub fn measure(pair: &mut dyn Pair, count: usize) -> Result<Vec<Round>, Box<dyn Error>> {
    pair.a()?;
    pair.b()?;
    (0..count)
        .map(|round| {
            if round % 2 == 0 {
                Ok([pair.a()?, pair.b()?, pair.b()?, pair.a()?])
            } else {
                Ok([pair.b()?, pair.a()?, pair.a()?, pair.b()?])
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Both, measure};

    #[test]
    fn rounds_begin_with_a_and_turn_round() {
        let mut pair = Both(|| Ok(1), || Ok(2));
        let rounds = measure(&mut pair, 3).expect("constants cannot fail");
        assert_eq!(rounds, [[1, 2, 2, 1], [2, 1, 1, 2], [1, 2, 2, 1]]);
    }
}
