"""The reference: every rule once more, in plain Python, written to be read.

Twins of `engine/crates` by path. No clock, no randomness but the seeded streams, no native module.
"""
