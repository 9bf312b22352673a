//! What every room speaks: fixed point, vectors, ids, seeded streams, canonical codec, digests.
//! Twin: `void_reckoning_reference/shared`. Knows no world, no rule and no Python.
