//! The world, and only the world: columns by archetype, slots, queries, versions, snapshots.
//! No twin, on purpose: the reference keeps plain dicts in id order. Knows no rule of any room.
