"""Golden vectors: how they are made, stored and checked."""
