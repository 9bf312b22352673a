"""vr-verify: proves that two engines play the same game, turn by turn, to the last bit.

The verbs are a typed Python API. The harness knows no engine: it finds them by entry points.
"""
