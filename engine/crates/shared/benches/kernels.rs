//! Measured.
fn main() {}
