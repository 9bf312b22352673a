//! Axial hexes (q, r), for the ground and for tactics. Coordinates are i32 with |v| ≤ 2^20.
//! Law: RULES.md, shared/hex. Twin: `shared/hex.py`. Knows no terrain and no movement.

/// The hexes one step away, as (q, r), in direction order.
pub type Six = [(i32, i32); 6];

/// The six steps to a neighbour, in the order that every rule uses.
pub const DIRECTIONS: Six = [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)];

/// Returns the number of steps between two hexes, exact.
#[must_use]
pub fn distance(aq: i32, ar: i32, bq: i32, br: i32) -> i32 {
    let (dq, dr) = (aq - bq, ar - br);
    (dq.abs() + dr.abs() + (dq + dr).abs()) / 2
}

/// Returns the six hexes around (q, r), in direction order.
#[must_use]
pub fn neighbours(q: i32, r: i32) -> Six {
    DIRECTIONS.map(|(dq, dr)| (q + dq, r + dr))
}

/// Returns the hexes at distance `radius`: 6 · radius of them, or the hex itself for radius 0.
/// The first is (q, r) + radius · (0, −1). Precondition: radius ≥ 0.
#[must_use]
pub fn ring(q: i32, r: i32, radius: i32) -> Vec<(i32, i32)> {
    assert!(radius >= 0, "ring: radius {radius} is negative");
    if radius == 0 {
        return vec![(q, r)];
    }
    let mut hexes = Vec::new();
    let mut at = (q, r - radius);
    for (dq, dr) in DIRECTIONS {
        for _ in 0..radius {
            hexes.push(at);
            at = (at.0 + dq, at.1 + dr);
        }
    }
    hexes
}

/// Returns the rings 0 to `radius`, one after the other. Precondition: radius ≥ 0.
#[must_use]
pub fn spiral(q: i32, r: i32, radius: i32) -> Vec<(i32, i32)> {
    assert!(radius >= 0, "spiral: radius {radius} is negative");
    (0..=radius).flat_map(|k| ring(q, r, k)).collect()
}
